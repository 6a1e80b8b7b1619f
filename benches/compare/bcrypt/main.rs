//! What a log-in cannot do without: the CPU time of one comparison with a bcrypt hash, on all cores at once as under load.
//! Prints milliseconds. `benches/compare/run` sets the row `login` beside it.

use std::fs;
use std::thread;

/// A hash of ten rounds, as the server makes them.
const HASH: &str = "$2b$10$.BfpfNXmMzsKdqR3gPc1nu3oTXh8n0vfGLgzKWTrUZNtaivmcSgfC";
/// Comparisons a core.
const TIMES: u32 = 40;

/// CPU time of this thread so far, ms.
fn cpu_ms() -> f64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1e6
}

fn main() {
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
    let compare = || {
        let before = cpu_ms();
        (0..TIMES).for_each(|_| assert!(matches!(bcrypt::verify("a password", HASH), Ok(false))));
        (cpu_ms() - before) / f64::from(TIMES)
    };
    let each: Vec<f64> = thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(compare)).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    println!("{}", each.iter().sum::<f64>() / each.len() as f64);
}
