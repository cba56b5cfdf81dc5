//! Requests of programs that run in the cluster's own containers, in the name of their pods' service accounts: the filters and
//! the handlers that a client meets over the network. Omits: writing roles and bindings, which nothing inside does.

use super::{accept::Accept, authorize, write};
use crate::{
    api::{Api, access::Ask},
    object::Key,
    request::Request,
    resources::SERVICE_ACCOUNT,
    status::Status,
    user::User,
};

impl Api {
    /// May a program inside read this?
    ///
    /// # Errors
    /// `Unauthorized` where its account is gone, `Forbidden`.
    pub(crate) fn may_inside(&self, user: &User, ask: &Ask<'_>) -> Result<(), Status> {
        self.check_account(user)?;
        authorize::permit(self, user, ask)
    }

    /// Answers a changing request of a program inside. The origin is the caller's to set.
    ///
    /// # Errors
    /// As [`Api::may_inside`], and whatever is wrong with the request; nothing was changed then.
    pub(crate) fn write_inside(&mut self, request: &Request) -> Result<(), Status> {
        self.check_account(&request.user)?;
        authorize::authorize_inside(self, request)?;
        self.warnings = Some(Vec::new());
        let written = write::write(self, request, &Accept::parse("", false)?);
        self.warnings = None;
        written.map(drop)
    }

    /// A token outlives its account in a pod's files, and lets nobody in.
    fn check_account(&self, user: &User) -> Result<(), Status> {
        let account = user.as_account().map(|(namespace, name)| Key::new(namespace, name));
        let known = account.is_some_and(|key| self.find(SERVICE_ACCOUNT, &key).is_some());
        if known { Ok(()) } else { Err(Status::unauthorized()) }
    }
}
