//! How a page reaches its reader: as its content, or by a redirect to its own URL.

use std::path::PathBuf;
use std::sync::Arc;

use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use url::Url;
use url::form_urlencoded::Serializer;

use super::files;
use super::house::House;
use super::page::Page;
use super::params::Params;
use super::setup::Setup;
use crate::config::PagesConfig;
use crate::error::{Error, Result};
use crate::http::respond::Reply;
use crate::model::mustache::Template;
use crate::model::{Map, Value, locale};
use crate::rest::Call;

/// What is told of an error whose text is not to be trusted.
const FAILED: &str = "The password was not changed. Please try another one.";

/// Who is shown a page, and how.
pub struct Reader {
    /// On whose behalf: nobody's.
    pub call: Call,
    /// The pages of the app.
    pub setup: Arc<Setup>,
    /// The language that is wanted.
    pub locale: Option<String>,
    /// Was a form sent?
    pub posts: bool,
}

/// What is to be shown.
struct Sheet<'s> {
    /// Its name in `customUrls`.
    id: &'s str,
    /// Its file.
    file: &'s str,
    /// The page of links that it is, if it is one.
    page: Option<Page>,
}

/// Where a page comes from.
enum Source {
    /// A file of the app.
    Own(PathBuf),
    /// The house, in the language of a folder.
    House(Page, Option<&'static str>),
    /// Nowhere: there is no such file.
    Nowhere,
}

impl Reader {
    /// A page. A form is answered with a redirect, so that it is not sent again when the page is loaded anew, unless the page is
    /// to be shown `at_once`.
    ///
    /// # Errors
    /// 1 for a template of the app that is none.
    pub async fn page(&self, page: Page, params: Params, at_once: bool) -> Result<Reply> {
        let sheet = Sheet { id: page.id(), file: page.file(), page: Some(page) };
        self.sheet(sheet, params, at_once || !self.posts).await
    }

    /// The page that a route of the app's own has chosen, by its file.
    ///
    /// # Errors
    /// As [`Self::page`].
    pub async fn chosen(&self, file: &str, params: Params) -> Result<Reply> {
        let sheet = Sheet { id: file, file: file.trim_start_matches('/'), page: Page::named(file) };
        self.sheet(sheet, params, true).await
    }

    /// A page as its content, or by a redirect.
    async fn sheet(&self, sheet: Sheet<'_>, mut params: Params, content: bool) -> Result<Reply> {
        let config = &self.call.engine.config;
        let (pages, base) = (&config.pages, config.public_server_url.as_deref().unwrap_or_default());
        if !params.add_app(config) {
            return Ok(not_found());
        }
        params.add_locale(self.locale.as_deref());
        if let Some((_, url)) = pages.custom_urls.iter().find(|(id, _)| *id == sheet.id) {
            return redirect(url, &params, pages);
        }
        let (source, folder) = self.source(&sheet).await;
        if pages.force_redirect || !content {
            let folder = folder.map(|folder| format!("{folder}/")).unwrap_or_default();
            return redirect(&format!("{base}/{}/{folder}{}", pages.endpoint, sheet.file), &params, pages);
        }
        let mut reply = match source {
            Source::Own(path) => self.own(&path, &params).await?,
            Source::House(page, folder) => return Ok(self.house(page, folder, &params)),
            Source::Nowhere => return Ok(not_found()),
        };
        if sheet.page.is_some() {
            reply.headers.extend(self.guarded());
        }
        Ok(reply)
    }

    /// Where a page comes from, and the folder of its language: the app's own, or else that of the house.
    async fn source(&self, sheet: &Sheet<'_>) -> (Source, Option<String>) {
        let root = self.setup.root.as_deref();
        let locale = self.locale.as_deref().filter(|_| self.call.engine.config.pages.localize);
        let (directory, name) = sheet.file.rsplit_once('/').unwrap_or((".", sheet.file));
        for folder in locale.map(locale::choices).into_iter().flatten() {
            if let Some(path) = files::find(root, &format!("{directory}/{folder}/{name}")).await {
                return (Source::Own(path), Some(folder.to_owned()));
            }
        }
        if let Some(path) = files::find(root, sheet.file).await {
            return (Source::Own(path), None);
        }
        let Some(page) = sheet.page else { return (Source::Nowhere, None) };
        let folder = locale.and_then(House::folder);
        (Source::House(page, folder), folder.map(str::to_owned))
    }

    /// What a page of links is sent with: who may show it in a frame, and that nobody keeps it.
    fn guarded(&self) -> [(HeaderName, HeaderValue); 2] {
        [(CONTENT_SECURITY_POLICY, self.setup.frames.clone()), no_store()]
    }

    /// A file of the app, by its path; pages in it are filled in, with what is known of the app.
    ///
    /// # Errors
    /// 1 for a template of the app that is none, and a file that cannot be read.
    pub async fn file(&self, path: &str, known: bool, query: &Map) -> Result<Reply> {
        let Some(name) = files::name(path) else { return Ok(not_found()) };
        let mut params = Params::new();
        if known {
            params.add_app(&self.call.engine.config);
        }
        params.add_locale(self.locale.as_deref());
        let (folder, file) = name.rsplit_once('/').map_or((None, name.as_str()), |(folder, file)| (Some(folder), file));
        let page = Page::named(file);
        let Some(path) = files::find(self.setup.root.as_deref(), &name).await else {
            let house = folder.is_none_or(|folder| House::folder(folder) == Some(folder));
            return Ok(match page.filter(|_| house) {
                Some(page) => {
                    redirected(query, &mut params);
                    self.house(page, folder.and_then(House::folder), &params)
                }
                None => not_found(),
            });
        };
        if name.ends_with(".html") {
            let mut reply = self.own(&path, &params).await?;
            if page.is_some() {
                reply.headers.extend(self.guarded());
            }
            return Ok(reply);
        }
        let mut reply = Reply::html(200, String::new());
        reply.body = files::read(&path, &self.call.room).await?;
        reply.kind = Some(HeaderValue::from_static(files::kind(&name)));
        reply.headers.push((X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")));
        Ok(reply.holding(self.call.room.clone()))
    }

    /// A page of the app's own, filled in.
    async fn own(&self, path: &std::path::Path, params: &Params) -> Result<Reply> {
        let text = files::read(path, &self.call.room).await?;
        let unusable = |e| Error::caused(path.display().to_string(), e);
        let template = Template::parse(&String::from_utf8_lossy(&text)).map_err(unusable)?;
        let pages = &self.call.engine.config.pages;
        let mut values = params.values().clone();
        let texts = match pages.localize {
            true => self.setup.texts(self.locale.as_deref(), &Value::Object(values.clone())),
            false => Default::default(),
        };
        for (name, value) in self.setup.placeholders.iter().chain(texts.iter()) {
            values.set(name.clone(), value.clone());
        }
        let mut reply = Reply::html(200, template.render(&Value::Object(values), true)).holding(self.call.room.clone());
        reply.headers = params.headers(pages.encode_headers);
        reply.headers.extend(discreet());
        Ok(reply)
    }

    fn house(&self, page: Page, folder: Option<&str>, params: &Params) -> Reply {
        let pages = &self.call.engine.config.pages;
        let mut reply = Reply::html(200, self.setup.house.page(page, folder, params, &pages.endpoint));
        reply.headers = params.headers(pages.encode_headers);
        reply.headers.extend(discreet());
        reply.headers.push((CONTENT_SECURITY_POLICY, self.setup.policy.clone()));
        reply.headers.push(no_store());
        reply
    }
}

/// What a redirect has put into the query string for a page of the house. Of an error only that there is one: whoever made the
/// link could have written its text.
fn redirected(query: &Map, params: &mut Params) {
    let text = |name| query.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    text("token").into_iter().for_each(|token| params.add("token", token));
    text("error").into_iter().for_each(|_| params.add("error", FAILED));
}

/// The address of a page may hold a secret: no other server is told it.
fn discreet() -> [(HeaderName, HeaderValue); 2] {
    [
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ]
}

fn no_store() -> (HeaderName, HeaderValue) {
    (CACHE_CONTROL, HeaderValue::from_static("no-store"))
}

/// The way to a URL, with what the page there is told.
fn redirect(url: &str, params: &Params, pages: &PagesConfig) -> Result<Reply> {
    let mut url = Url::parse(url).map_err(|e| Error::caused("the URL of a page", e))?;
    let mut query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    for (name, text) in params.texts() {
        let place = query.iter().position(|(own, _)| own == name).unwrap_or(query.len());
        query.retain(|(own, _)| own != name);
        query.insert(place, (name.to_owned(), text));
    }
    url.set_query(Some(&Serializer::new(String::new()).extend_pairs(query).finish()));
    let mut reply = Reply::html(303, format!("Found. Redirecting to {url}"));
    reply.headers = params.headers(pages.encode_headers);
    reply.headers.push(no_store());
    let place = HeaderValue::try_from(url.as_str()).map_err(|e| Error::caused("the URL of a page", e))?;
    reply.headers.push((LOCATION, place));
    Ok(reply)
}

/// 404 for a page that is none.
pub fn not_found() -> Reply {
    Reply::html(404, "Not found.".to_owned())
}
