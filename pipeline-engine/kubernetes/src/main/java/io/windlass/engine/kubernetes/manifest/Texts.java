package io.windlass.engine.kubernetes.manifest;

import io.windlass.engine.release.ManifestRef;
import java.util.Optional;

/** What was rendered and kept. */
@FunctionalInterface
public interface Texts {
  /** Empty where it is not kept any more. */
  Optional<String> find(ManifestRef manifests);
}
