//! A registry that a real engine pushes to (OCI Distribution Specification 1.1). It lets anybody
//! in and remembers who they said they were; layers are hashed and counted as they arrive and
//! never kept, manifests are kept.

mod blobs;
mod manifests;
mod memory;
mod reply;
mod route;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use hyper::header::{AUTHORIZATION, HeaderMap};
use hyper::{Method, Request, Response, StatusCode};

use self::memory::Memory;
use self::reply::Reply;
use self::route::Route;
use super::server::{Answer, Standin};

#[derive(Default)]
pub(super) struct Registry {
    memory: Mutex<Memory>,
}

impl Standin for Registry {
    const NAME: &'static str = "registry";

    fn answer(&self, request: Request<Incoming>) -> Answer<'_> {
        Box::pin(async move { self.reply(request).await.into() })
    }

    fn received(&self) -> Vec<String> {
        self.memory().received.clone()
    }
}

impl Registry {
    async fn reply<B>(&self, request: Request<B>) -> Reply
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let Some(user) = user(request.headers()) else {
            return reply::login();
        };
        let Some(route) = Route::of(request.uri()) else {
            return reply::error(
                StatusCode::NOT_FOUND,
                "UNSUPPORTED",
                "there is no such path",
            );
        };
        let method = request.method().clone();
        match (method, route) {
            (Method::GET | Method::HEAD, Route::Version) => Reply::new(StatusCode::OK),
            (Method::GET, Route::Tags { repository }) => self.tags(&repository),
            (Method::POST, Route::Uploads { repository }) => self.start(&repository, request).await,
            (method, Route::Upload { repository, id }) => match method {
                Method::GET => self.progress(&repository, &id),
                Method::PATCH => self.append(&repository, &id, request).await,
                Method::PUT => self.finish(&repository, &id, request).await,
                Method::DELETE => self.abandon(&id),
                _ => reply::unsupported(),
            },
            (Method::HEAD, Route::Blob { repository, digest }) => self.blob(&repository, &digest),
            (
                Method::GET | Method::HEAD,
                Route::Manifest {
                    repository,
                    reference,
                },
            ) => self.manifest(&repository, &reference),
            (
                Method::PUT,
                Route::Manifest {
                    repository,
                    reference,
                },
            ) => {
                self.put_manifest(&repository, &reference, &user, request)
                    .await
            }
            _ => reply::unsupported(),
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who asks, by HTTP Basic; any password will do.
fn user(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let pair = STANDARD.decode(value.strip_prefix("Basic ")?).ok()?;
    let pair = String::from_utf8_lossy(&pair).into_owned();
    let (user, _) = pair.split_once(':')?;
    Some(user.to_owned())
}

impl From<Reply> for Response<Full<Bytes>> {
    fn from(reply: Reply) -> Self {
        reply.into_response()
    }
}
