use crate::{
    Elizabeth, Result,
    ports::{Counts, Totals},
};

impl Elizabeth {
    /// Really asks the store whether it works: commits a row as requests do, and reads.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub async fn check_store(&self) -> Result<()> {
        self.retried(|| async {
            let mut tx = self.ports.store.begin().await?;
            tx.probe(self.now()).await?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(self.ports.store.check().await?)
    }

    /// Really asks the blob store whether it works.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub async fn check_blobs(&self) -> Result<()> {
        Ok(self.ports.blobs.check().await?)
    }

    /// What kind of store it runs on, for the operator.
    pub fn store_kind(&self) -> &'static str {
        self.ports.store.kind()
    }

    /// What all rooms together take: what is stored, and what is held for uploads.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn totals(&self) -> Result<Totals> {
        Ok(self.ports.store.read().await?.totals(self.now()).await?)
    }

    /// How much there is of everything.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn counts(&self) -> Result<Counts> {
        Ok(self.ports.store.read().await?.counts().await?)
    }
}
