//! TCP to TLS: handshakes run beside each other, so that a slow client holds nobody up.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig, server::TlsStream};

const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// Handshakes at once; further clients wait in the kernel's queue.
const HANDSHAKES_MAX: usize = 256;

/// What Go's server says to a client that speaks HTTP where TLS is spoken.
const NO_TLS: &[u8] = b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";

type Accepted = (TlsStream<TcpStream>, SocketAddr);

/// Gives connections whose handshake is done, to `axum::serve`.
pub struct TlsListener {
    ready: mpsc::Receiver<Accepted>,
    addr: SocketAddr,
    task: JoinHandle<()>,
}

impl TlsListener {
    /// Starts to accept on `tcp`.
    ///
    /// # Errors
    /// When the socket has no address.
    pub fn new(tcp: TcpListener, config: Arc<ServerConfig>) -> io::Result<Self> {
        let addr = tcp.local_addr()?;
        let (done, ready) = mpsc::channel(HANDSHAKES_MAX);
        let task = tokio::spawn(accept(tcp, TlsAcceptor::from(config), done));
        Ok(Self { ready, addr, task })
    }
}

async fn accept(mut tcp: TcpListener, acceptor: TlsAcceptor, done: mpsc::Sender<Accepted>) {
    let slots = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    loop {
        let Ok(slot) = slots.clone().acquire_owned().await else { return };
        // axum's own: it logs errors and waits a moment when there are no file handles left
        let (stream, from) = axum::serve::Listener::accept(&mut tcp).await;
        let (acceptor, done) = (acceptor.clone(), done.clone());
        tokio::spawn(async move {
            let _slot = slot;
            let _ = stream.set_nodelay(true);
            match timeout(HANDSHAKE_MAX, shake(stream, acceptor)).await {
                // the receiver goes only when the server goes down
                Ok(Ok(Some(tls))) => drop(done.send((tls, from)).await),
                Ok(Ok(None)) => tracing::debug!(%from, "HTTP without TLS"),
                Ok(Err(e)) => tracing::debug!(%from, error = %e, "TLS handshake failed"),
                Err(_) => tracing::debug!(%from, "TLS handshake took too long"),
            }
        });
    }
}

/// The handshake; a client that speaks HTTP instead is told so.
async fn shake(mut stream: TcpStream, acceptor: TlsAcceptor) -> io::Result<Option<TlsStream<TcpStream>>> {
    let mut first = [0];
    stream.peek(&mut first).await?;
    if first[0].is_ascii_uppercase() {
        // What is left unread would break the connection before the answer is there.
        let _ = stream.read(&mut [0; 4096]).await?;
        stream.write_all(NO_TLS).await?;
        stream.shutdown().await?;
        return Ok(None);
    }
    acceptor.accept(stream).await.map(Some)
}

impl axum::serve::Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Accepted {
        match self.ready.recv().await {
            Some(accepted) => accepted,
            // only after the task has ended, which is when this is dropped
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.addr)
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.task.abort();
    }
}
