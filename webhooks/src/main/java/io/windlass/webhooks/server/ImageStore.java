package io.windlass.webhooks.server;

import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.Platform;
import io.windlass.engine.image.registry.Registries;
import io.windlass.engine.image.store.ContentStore;
import io.windlass.engine.local.client.KeeperTarget;
import io.windlass.engine.release.ImageRef;

/**
 * Images for the keeper: from the content store, and from their registry where they are not there
 * yet.
 */
final class ImageStore implements KeeperTarget.Store {
  private final ContentStore store;
  private final Registries registries;

  ImageStore(ContentStore store, Registries registries) {
    this.store = store;
    this.registries = registries;
  }

  @Override
  public void ensure(ImageRef image) throws ImageException, InterruptedException {
    if (!store.exists(image.digest())) {
      registries.pull(image.reference(), Platform.ofThisMachine());
    }
    store.image(image.digest());
  }
}
