//! `pilothouse user`: accounts and roles, from the command line of the server's machine.

use anyhow::{Context, Result, anyhow};

use crate::{
    cli::{UserArgs, UserCommand},
    config, office,
    storage::Storage,
};

/// Does what was asked, and prints what came of it.
///
/// # Errors
/// Says what is, what was expected, and how to mend it.
pub async fn run(args: UserArgs) -> Result<()> {
    let url = config::database_url(&args.data);
    let storage = Storage::open(&url).await.context(
        "cannot open the database (DATABASE_URL, else pilothouse.sqlite in the folder that --data names)",
    )?;
    let done = act(&storage, &args).await;
    storage.close().await;
    done
}

async fn act(storage: &Storage, args: &UserArgs) -> Result<()> {
    match &args.command {
        UserCommand::Add { name, role } => {
            let name = office::name(name).map_err(|fault| anyhow!(fault.say(wire::learner::Lang::En)))?;
            let id = storage.create_account(&name, *role).await?;
            let id = id.with_context(|| format!("{name} is somebody's name: choose another"))?;
            println!("{name} ({role}): {}{}", args.url, office::new_key(storage, &id).await?);
        }
        UserCommand::Role { name, role } => {
            let learner = find(storage, name).await?;
            if !storage.set_role(&learner, *role).await? {
                anyhow::bail!("{name} is the last admin: make somebody else an admin first");
            }
            storage.end_other_sessions(&learner, "").await?;
            println!("{name} is {role} now");
        }
        UserCommand::Reset { name } => {
            let learner = find(storage, name).await?;
            storage.end_other_sessions(&learner, "").await?;
            println!("{name}: {}{}", args.url, office::new_key(storage, &learner).await?);
        }
        UserCommand::List => {
            for account in storage.accounts().await? {
                println!("{:<12} {}", account.role.name(), account.name);
            }
        }
    }
    Ok(())
}

async fn find(storage: &Storage, name: &str) -> Result<String> {
    let found = storage.learner_named(name).await?;
    let hint = "`pilothouse user list` prints all names, `user add` makes an account";
    found.map(|l| l.id).with_context(|| format!("no account is called {name}: {hint}"))
}
