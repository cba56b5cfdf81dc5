//! The only loop: a closed queue of timed work, one `step()`, a virtual clock. There is no tick; only the next work's time.

mod answered;
mod dump;
mod limits;
mod queue;
mod why;
mod work;

use crate::{
    api::Api,
    bootstrap::metrics_server,
    clock::Time,
    compose::Compose,
    controllers::Controllers,
    kubelet::{self, Kubelets},
    machines::Machines,
    network::Network,
    object::{Key, Object},
    origin::{self, Cause, Origin, Timer},
    programs::Programs,
    scheduler::Scheduler,
    status::Status,
};

use limits::Limits;

pub use crate::scheduler::{Plugin, Rejection, Verdict};
pub use answered::{Answered, Interrupted};
pub use queue::Queue;
pub use why::{Beginning, Why};
pub use work::{Ctx, Work};

/// What a cluster is made from. Together with the timed requests it decides every byte.
#[derive(Clone, Debug)]
pub struct Config {
    /// Seed of all randomness.
    pub seed: u64,
    /// The moment of creation, Unix milliseconds; the journal's epoch.
    pub epoch: Time,
    /// Objects of the world (machines, images, traffic, manifests), written in order at creation.
    pub world: Vec<Object>,
}

/// A cluster: the API and all that lives on it, at one moment of virtual time. Cloning one makes a branch and is cheap.
#[derive(Clone, Debug)]
pub struct Cluster {
    api: Api,
    queue: Queue,
    limits: Limits,
    epoch: Time,
    /// Newest revision that the parts have observed.
    observed: u64,
    controllers: Controllers,
    scheduler: Scheduler,
    kubelets: Kubelets,
    network: Network,
    machines: Machines,
    compose: Compose,
    programs: Programs,
}

impl Cluster {
    /// A new cluster with its system namespaces and its world.
    ///
    /// # Errors
    /// The first object of the world that the API refuses, with its place in the list.
    pub fn new(config: Config) -> Result<Self, WorldError> {
        let mut cluster = Self {
            api: Api::bootstrapped(config.seed, config.epoch),
            queue: Queue::default(),
            limits: Limits::default(),
            epoch: config.epoch,
            observed: 0,
            controllers: Controllers::default(),
            scheduler: Scheduler::default(),
            kubelets: Kubelets::default(),
            network: Network::default(),
            machines: Machines::default(),
            compose: Compose::default(),
            programs: Programs::default(),
        };
        cluster.start();
        for (index, object) in config.world.into_iter().enumerate() {
            cluster.add_to_world(index, object)?;
        }
        cluster.complete_metrics_server();
        Ok(cluster)
    }

    fn start(&mut self) {
        let because = Cause::Timer(Cause::Outside.sets(Timer::Start));
        self.api.origin = Origin::part(origin::API_SERVER, because);
        for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
            let namespace = Object(crate::json!({"metadata": {"name": name}}));
            let made = self.api.create(crate::resources::NAMESPACE, namespace);
            debug_assert!(made.is_ok(), "{made:?}");
        }
        let mut ctx = Ctx::new(&mut self.api, &mut self.queue, because, None);
        self.controllers.start(&mut ctx);
        self.network.start(&mut ctx);
        self.observe();
        self.settle_namespaces();
    }

    /// Namespaces get what they need before anything is put into them.
    fn settle_namespaces(&mut self) {
        self.advance_to(self.now());
    }

    fn add_to_world(&mut self, index: usize, object: Object) -> Result<(), WorldError> {
        let (api_version, kind) = (object["apiVersion"].text().to_owned(), object["kind"].text().to_owned());
        let refuse = |why: String| WorldError { index, kind: kind.clone(), why };
        let resource = self
            .api
            .kinds()
            .by_kind(&api_version, &kind)
            .ok_or_else(|| refuse(format!("no matches for kind {kind:?} in version {api_version:?}")))?;
        self.api.origin = Origin::user(origin::WORLD);
        self.api.create(resource, object).map_err(|status| refuse(status.message))?;
        self.observe();
        if resource == crate::resources::NAMESPACE {
            self.settle_namespaces();
        }
        Ok(())
    }

    /// A world that names a metrics server gets the rest of it.
    fn complete_metrics_server(&mut self) {
        if !self.api.kinds().aggregations().any(|(name, _)| name == metrics_server::API_SERVICE) {
            return;
        }
        self.api.origin = Origin::user(origin::WORLD);
        for object in metrics_server::objects() {
            let kind = (object["apiVersion"].text(), object["kind"].text());
            let Some(resource) = self.api.kinds().by_kind(kind.0, kind.1) else { continue };
            if self.api.find(resource, &object.key()).is_none() {
                let made = self.api.create(resource, object);
                debug_assert!(made.is_ok(), "{made:?}");
            }
        }
        self.observe();
    }

    /// The API at the current moment, for reading.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// The network at the current moment, for reading.
    pub(crate) fn network(&self) -> &Network {
        &self.network
    }

    /// Virtual now.
    pub fn now(&self) -> Time {
        self.api.now()
    }

    /// The moment of creation.
    pub fn epoch(&self) -> Time {
        self.epoch
    }

    /// What the scheduler thought of each node when it last looked at a pod.
    pub fn verdicts(&self, pod: &Key) -> &[Verdict] {
        self.scheduler.verdicts(pod)
    }

    /// When something will happen next by itself.
    pub fn next_work_at(&self) -> Option<Time> {
        self.queue.next_at()
    }

    /// Runs the next work, moving the clock to its time. False if there is none.
    pub fn step(&mut self) -> bool {
        let Some((at, work, because)) = self.queue.pop() else { return false };
        self.api.set_now(at.max(self.api.now()));
        if let Some((work, because)) = self.may_run(work, because) {
            self.run(work, because);
        }
        true
    }

    /// What may be done now: the work that is due, unless its client has written as much as it may; then it waits in line.
    fn may_run(&mut self, work: Work, because: Cause) -> Option<(Work, Cause)> {
        if let Work::Turn(client) = work {
            return self.queue.release(client);
        }
        let Some(client) = work.client() else { return Some((work, because)) };
        let now = self.api.now();
        let has_room = self.limits.room(client, now).is_none_or(|room| room > 0);
        if has_room && !self.queue.has_line(client) {
            return Some((work, because));
        }
        self.queue.hold(client, work, because);
        self.queue.at(self.limits.next(client, now), Work::Turn(client));
        None
    }

    /// Moves the clock to `time`, running all work due until then. Never moves backwards.
    pub fn advance_to(&mut self, time: Time) {
        while self.queue.next_at().is_some_and(|at| at <= time) {
            self.step();
        }
        self.api.set_now(time.max(self.api.now()));
    }

    /// As [`Cluster::advance_to`], but runs no more than `steps` pieces of work, and counts them down. False where more is due
    /// by `time`; the clock stands at the last piece then.
    pub fn advance_some(&mut self, time: Time, steps: &mut usize) -> bool {
        while self.queue.next_at().is_some_and(|at| at <= time) {
            if *steps == 0 {
                return false;
            }
            *steps -= 1;
            self.step();
        }
        self.api.set_now(time.max(self.api.now()));
        true
    }

    /// As an etcd compaction does: older lists answer `410 Gone`. Watches go on from the API server's cache.
    pub fn compact(&mut self) {
        let newest = self.api.store().revision();
        self.api.compact(newest);
    }

    /// History after `revision` stays however old it becomes, for somebody who has yet to read it; with `None`, as it is at first, records
    /// leave after ten minutes.
    pub fn keep_history_after(&mut self, revision: Option<u64>) {
        self.api.keep_history_after(revision);
    }

    /// Forgets history up to now, and what led to it.
    pub fn forget(&mut self) {
        let newest = self.api.store().revision();
        self.api.forget(newest);
    }

    /// Runs until only periodic work is left, at most `ms_max` ahead.
    pub fn quiesce(&mut self, ms_max: i64) {
        let end = self.now().plus_ms(ms_max);
        while let Some(at) = self.queue.next_passing_at().filter(|at| *at <= end) {
            self.advance_to(at);
        }
    }

    /// Lets a client write at the current moment, as `user`.
    ///
    /// # Errors
    /// What `write` gives.
    pub fn request<T>(
        &mut self,
        user: &str,
        write: impl FnOnce(&mut Api) -> Result<T, Status>,
    ) -> Result<T, Status> {
        self.api.origin = Origin::user(user);
        let result = write(&mut self.api);
        self.observe();
        result
    }

    fn run(&mut self, work: Work, because: Cause) {
        let (client, now) = (work.client(), self.api.now());
        let room = client.and_then(|client| self.limits.room(client, now));
        let mut ctx = Ctx::new(&mut self.api, &mut self.queue, because, room);
        match work {
            Work::Controllers(work) => self.controllers.run(work, &mut ctx),
            Work::Scheduler(work) => self.scheduler.run(work, &mut ctx),
            Work::Kubelet(kubelet::Work::Asks(key) | kubelet::Work::AsksOn(key)) => {
                answered::ask(&key, (&mut self.kubelets, &mut self.network), &mut ctx);
            }
            Work::Kubelet(work) => self.kubelets.run(work, &mut ctx),
            Work::Network(work) => {
                self.network.run(work, &mut ctx);
                self.kubelets.bear(self.network.take_burdens(), &mut ctx);
            }
            Work::Machines(work) => self.machines.run(work, &mut ctx),
            Work::Compose(work) => self.compose.run(work, &mut ctx),
            Work::Programs(work) => self.programs.run(work, &mut ctx),
            Work::Turn(_) => {}
        }
        if let Some(client) = client {
            self.pay(client, now);
        }
        self.observe();
    }

    /// Takes what a client has just written from its limit, and lets the next in its line come.
    fn pay(&mut self, client: &'static str, now: Time) {
        if let Ok(records) = self.api.store().since(self.observed) {
            self.limits.take(client, now, records);
        }
        if self.queue.has_line(client) {
            self.queue.at(self.limits.next(client, now), Work::Turn(client));
        }
    }

    /// Shows every new record to every part, as watches do; they put work into the queue, and write nothing yet.
    fn observe(&mut self) {
        let Ok(records) = self.api.store().since(self.observed) else {
            debug_assert!(false, "the window is shorter than one step");
            return;
        };
        for record in records {
            self.queue.observing(self.api.now(), record.revision);
            self.controllers.observe(record, &self.api, &mut self.queue);
            self.scheduler.observe(record, &self.api, &mut self.queue);
            self.kubelets.observe(record, &self.api, &mut self.queue);
            self.network.observe(record, &self.api, &mut self.queue);
            self.machines.observe(record, &self.api, &mut self.queue);
            self.compose.observe(record, &mut self.queue);
            self.programs.observe(record, &mut self.queue);
            self.limits.observe(record);
        }
        self.observed = self.api.store().revision();
    }
}

/// An object of the world that the API refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("object {index} of the world ({kind}): {why}")]
pub struct WorldError {
    /// Its place in the world, from 0.
    pub index: usize,
    /// Its kind, as written.
    pub kind: String,
    /// The API's message.
    pub why: String,
}
