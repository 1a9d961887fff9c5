package io.windlass.engine.run;

import io.windlass.engine.release.ImageRef;
import java.time.Instant;
import java.util.Optional;

/**
 * The image of a run.
 *
 * @param image by digest, once it is built
 * @param bytes of its layers, 0 until it is built
 */
public record ImageState(
    StepState.Status status,
    Optional<ImageRef> image,
    long bytes,
    Optional<String> cause,
    Optional<Instant> startedAt,
    Optional<Instant> endedAt) {
  static final ImageState PENDING =
      new ImageState(
          StepState.Status.PENDING,
          Optional.empty(),
          0,
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  ImageState building(Instant now) {
    return new ImageState(StepState.Status.RUNNING, image, bytes, cause, Optional.of(now), endedAt);
  }

  ImageState built(ImageRef made, long size, Instant now) {
    return new ImageState(
        StepState.Status.PASSED, Optional.of(made), size, cause, startedAt, Optional.of(now));
  }

  ImageState ended(StepState.Status how, String why, Instant now) {
    return new ImageState(how, image, bytes, Optional.of(why), startedAt, Optional.of(now));
  }
}
