//! A wire to another server that can be cut and mended.

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// A port that leads to another server as long as the wire is whole.
pub struct Relay {
    port: u16,
    whole: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Relay {
    /// A wire to `target` (host and port), cut at first.
    pub fn cut_from(target: &str) -> Relay {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let relay = Relay { port, whole: Arc::default(), open: Arc::default() };
        let (whole, open, target) = (relay.whole.clone(), relay.open.clone(), target.to_owned());
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                // A connection that ends at once is what a dead server gives.
                if whole.load(Ordering::SeqCst)
                    && let Ok(far) = TcpStream::connect(&target)
                {
                    join(&near, &far, &open);
                }
            }
        });
        relay
    }

    /// The near end.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Lets connections through.
    pub fn mend(&self) {
        self.whole.store(true, Ordering::SeqCst);
    }

    /// Ends all connections, and lets no new ones through.
    pub fn cut(&self) {
        self.whole.store(false, Ordering::SeqCst);
        for stream in self.open.lock().expect("the list").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn join(near: &TcpStream, far: &TcpStream, open: &Mutex<Vec<TcpStream>>) {
    let copy = |from: &TcpStream, to: &TcpStream| {
        let (mut from, mut to) = (from.try_clone().expect("a handle"), to.try_clone().expect("a handle"));
        std::thread::spawn(move || {
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Both);
        });
    };
    copy(near, far);
    copy(far, near);
    let mut open = open.lock().expect("the list");
    open.extend([near.try_clone().expect("a handle"), far.try_clone().expect("a handle")]);
}
