package io.windlass.webhooks.server;

import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageName;
import io.windlass.engine.image.registry.Registries;
import io.windlass.engine.kubernetes.rollout.KubernetesTarget;
import io.windlass.engine.release.ImageRef;

/** Images for clusters, which pull them from their registry and from nowhere else. */
record PulledImages(Registries registries) implements KubernetesTarget.Images {
  @Override
  public void check(ImageRef image) throws ImageException, InterruptedException {
    String name = image.reference().replaceFirst("@.*", "");
    try {
      ImageName.parse(name);
    } catch (IllegalArgumentException e) {
      throw ImageException.badPlan(
          "find \"" + image.reference() + "\"",
          "it is in this server's own store only, from where no cluster can pull it",
          "give the image a 'name' in a registry, such as ghcr.io/acme/shop");
    }
    registries.check(image.reference());
  }
}
