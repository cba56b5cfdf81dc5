//! `pilothouse serve`: opens what is kept, listens, and goes down without losing anything.

use std::{
    io::{ErrorKind, Write},
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, anyhow};
use axum::serve::ListenerExt;
use axum_extra::extract::cookie::Key;
use leptos::config::LeptosOptions;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::timeout,
};

use crate::{
    config::Config,
    house::House,
    kube_api::{self, Certs, TlsListener},
    limits::Limits,
    office,
    play::Play,
    secret,
    storage::Storage,
    web::{self, KubeDoor, Web},
};

/// Open requests get this long to end once the server goes down.
const REQUESTS_END: Duration = Duration::from_secs(3);
/// Limits that nobody has run into are forgotten this often.
const FORGET: Duration = Duration::from_secs(600);
/// Saving gets this long after that.
const SAVING_ENDS: Duration = Duration::from_secs(2);

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// What hinders the start, with the way out.
pub async fn serve(config: Config) -> Result<()> {
    config.prepare_data()?;
    warn_without_site(&config.site_root);
    let pages = bind(config.listen, "--listen").await?;
    let kube = bind(config.kube_listen, "--kube-listen").await?;
    let storage = Storage::open(&config.database_url)
        .await
        .context("cannot open the database (DATABASE_URL, else pilothouse.sqlite in the data folder)")?;
    let house: Arc<dyn House> = Play::open(storage.clone(), &config.lessons)
        .with_context(|| format!("cannot open the lessons in {}", config.lessons.display()))?;
    let cookie_key = storage.secret("cookie-key", &secret::hex(&secret::bytes::<64>())).await?;
    let limits = house.limits();
    let certs = Certs::open(&config.data.join("tls"), config.kube_listen.ip())?;

    let (close, closing) = watch::channel(false);
    let addr = pages.local_addr()?;
    let kube_addr = kube.local_addr()?;
    let web = Web {
        leptos: leptos_options(&config.site_root, addr),
        house: house.clone(),
        storage: storage.clone(),
        cookie_key: Key::from(cookie_key.as_bytes()),
        limits: limits.clone(),
        closing: closing.clone(),
        kube: KubeDoor { addr: kube_addr, ca_pem: certs.ca_pem.clone() },
    };
    let tls = TlsListener::new(kube, certs.server_config()?)?;
    let pages = pages.tap_io(|tcp| {
        let _ = tcp.set_nodelay(true);
    });
    let router = web::router(web);
    let router = if config.reloads { web::reloading(router, house.clone()) } else { router };
    let pages = axum::serve(pages, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(web::closed(closing.clone()));
    let kube = axum::serve(tls, kube_api::router(house.clone(), closing.clone()))
        .with_graceful_shutdown(web::closed(closing.clone()));
    let servers = tokio::spawn(async move { tokio::join!(pages.into_future(), kube.into_future()) });

    tracing::info!(%kube_addr, "kubectl is served over HTTPS");
    tokio::spawn(forget(limits));
    announce(addr, office::first_admin_key(&storage).await?)?;
    asked_to_stop().await?;
    tracing::info!("going down");
    close.send_replace(true);
    if timeout(REQUESTS_END, servers).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    let save = async {
        house.shutdown().await;
        storage.close().await;
    };
    if timeout(SAVING_ENDS, save).await.is_err() {
        tracing::warn!("saving did not end in time");
    }
    Ok(())
}

async fn bind(addr: SocketAddr, flag: &str) -> Result<TcpListener> {
    TcpListener::bind(addr).await.map_err(|e| {
        let way_out = match e.kind() {
            ErrorKind::AddrInUse => "stop the program that has this address, or choose another",
            ErrorKind::AddrNotAvailable => "this machine has no such address; choose one of its own",
            ErrorKind::PermissionDenied => "this user may not; choose a port from 1024 on",
            _ => "choose another address",
        };
        anyhow!("cannot listen on {addr}: {way_out} with {flag} ({e})")
    })
}

async fn forget(limits: Arc<Limits>) {
    loop {
        tokio::time::sleep(FORGET).await;
        limits.forget();
    }
}

/// Tests and scripts wait for the line of the address. What makes the first admin is told here and nowhere else.
fn announce(addr: SocketAddr, first_admin: Option<String>) -> Result<()> {
    let mut out = std::io::stdout().lock();
    if let Some(path) = first_admin {
        writeln!(
            out,
            "there is no admin yet; for 24 hours, whoever opens this becomes one: http://{addr}{path}"
        )?;
    }
    writeln!(out, "listening on http://{addr}")?;
    out.flush()?;
    Ok(())
}

fn warn_without_site(site_root: &str) {
    if !Path::new(site_root).join("pkg").is_dir() {
        tracing::warn!(
            site_root,
            "no built site here: pages will lack style and script; run `cargo xtask build`"
        );
    }
}

fn leptos_options(site_root: &str, addr: SocketAddr) -> LeptosOptions {
    LeptosOptions::builder()
        .output_name("pilothouse")
        .site_root(site_root)
        .site_pkg_dir("pkg")
        .site_addr(addr)
        .build()
}

/// Returns at SIGTERM or SIGINT.
///
/// # Errors
/// When the process may not listen to signals.
pub async fn asked_to_stop() -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
