//! The edge: the only async room. A live cluster behind a tower service that `kube::Client` talks to, paced by the
//! learner's clock, with every mutating request recorded before it is applied.

mod attached;
mod follow;
mod headers;
mod live;
mod metrics;
mod pace;
mod past;
mod protobuf;
mod record;
mod service;
mod share;
mod timeline;
mod watch;

pub use crate::process::{Piece, Printed};
pub use attached::{Attached, Attending, Course};
pub use live::{Attendance, FREE_MS_MAX, Live, Opened};
pub use pace::{Clock, Speed};
pub use record::{Entry, NotRecorded, Recorder};
pub use service::{BODY_BYTES_MAX, ResponseBody, Service, unauthorized};
pub use timeline::RecordInfo;
