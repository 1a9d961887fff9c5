package io.windlass.engine.run;

import io.windlass.engine.image.Base;
import io.windlass.engine.image.BuiltImage;
import io.windlass.engine.image.ImageBuilder;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageName;
import io.windlass.engine.image.Platform;
import io.windlass.engine.image.Tag;
import io.windlass.engine.image.preset.ImageSettings;
import io.windlass.engine.image.preset.Presets;
import io.windlass.engine.pipeline.ImageSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Builds the image that a file asks for, out of a run's workspace. */
final class RunImages {
  private final ImageBuilder builder;
  private final ImageGrants grants;

  RunImages(ImageBuilder builder, ImageGrants grants) {
    this.builder = builder;
    this.grants = grants;
  }

  BuiltImage build(RunId run, String sha, Path workspace, ImageSpec spec)
      throws ImageException, InterruptedException {
    ImageName name = ImageName.of(spec.name(), run.repository());
    if (name instanceof ImageName.InRegistry) {
      refuse(grants.refusal(run.repository(), name.toString(), ImageGrants.Use.PUSH));
    }
    if (Base.parse(spec.from()) instanceof Base.FromRegistry(var reference)) {
      refuse(grants.refusal(run.repository(), reference, ImageGrants.Use.PULL));
    }
    return builder.build(Presets.plan(settings(spec), workspace), name, new Tag(sha));
  }

  private static void refuse(Optional<String> reason) throws ImageException {
    if (reason.isPresent()) {
      throw new ImageException(ImageException.Kind.BAD_PLAN, reason.get());
    }
  }

  private static ImageSettings settings(ImageSpec spec) {
    List<ImageSettings.FileSet> files =
        spec.files().stream().map(set -> new ImageSettings.FileSet(set.from(), set.to())).toList();
    ImageSettings.Preset preset =
        switch (spec.preset()) {
          case JAVA -> ImageSettings.Preset.JAVA;
          case FILES -> ImageSettings.Preset.FILES;
        };
    return new ImageSettings(
        preset,
        spec.directory(),
        Optional.of(Base.parse(spec.from())),
        spec.platform().map(Platform::parse),
        files,
        spec.entrypoint(),
        Map.of(),
        spec.workdir(),
        spec.user(),
        Optional.empty(),
        List.of(),
        spec.mainClass(),
        spec.jvmFlags());
  }
}
