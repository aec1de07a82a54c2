//! Which images the engine has.

use bollard::query_parameters::ListImagesOptions;

use super::Engine;

/// The names of all images, sorted; one that has several is there with each.
pub async fn image_names(engine: &Engine) -> Result<Vec<String>, bollard::errors::Error> {
    let images = engine.docker.list_images(None::<ListImagesOptions>).await?;
    let mut names: Vec<_> = images
        .into_iter()
        .flat_map(|image| image.repo_tags)
        .filter(|name| !name.starts_with("<none>"))
        .collect();
    names.sort();
    names.dedup();
    Ok(names)
}
