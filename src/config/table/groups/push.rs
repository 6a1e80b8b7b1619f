//! Groups of push.

use super::super::{Kind::*, Opt, Others, Status::*, Table, app};

const fn sender(name: &'static str, doc: &'static str) -> Opt {
    app(name, "", Json, "", doc, Works)
}

/// `push`.
pub static PUSH: Table = Table {
    name: "push",
    not_an_object: "push must be an object",
    wrong_type: "{path} must be {type}.",
    boolean: "a boolean value",
    unknown: "Push to {key} is not supported",
    others: Others::Refused,
    options: &[
        app(
            "adapter",
            "",
            JsonOrText,
            "",
            "push adapter",
            NotYet("push adapters are JavaScript; the usual ones are built in"),
        ),
        sender("android", "Firebase, for Android"),
        sender("expo", "Expo's service"),
        sender("fcm", "Firebase"),
        sender("ios", "Apple's service or Firebase, for iOS"),
        sender("osx", "the same for macOS"),
        app("queueOptions", "", Group(&PUSH_QUEUE), "", "the queue of batches", Works),
        sender("tvos", "the same for tvOS"),
        sender("watchos", "the same for watchOS"),
        sender("web", "the services of browsers"),
    ],
};

/// `push.queueOptions`.
pub static PUSH_QUEUE: Table = Table {
    name: "push.queueOptions",
    not_an_object: "push.queueOptions must be an object",
    wrong_type: "{path} must be {type}.",
    boolean: "a boolean value",
    unknown: "{path} is not known",
    others: Others::Refused,
    options: &[
        app("batchSize", "", Int, "100", "installations that count as one batch", Works),
        app("channel", "", Text, "", "name of the queue", NoEffect("the server that takes a push sends it")),
        app(
            "disablePushWorker",
            "",
            Bool,
            "false",
            "leave the sending to others",
            NotYet("push queues of several servers"),
        ),
        app(
            "messageQueueAdapter",
            "",
            JsonOrText,
            "",
            "what carries the queue",
            NotYet("push queues of several servers"),
        ),
    ],
};
