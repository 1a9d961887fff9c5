package io.windlass.engine;

import io.windlass.engine.image.BuiltImage;
import io.windlass.engine.image.ImageBuilder;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageName;
import io.windlass.engine.image.ImagePlan;
import io.windlass.engine.image.Tag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;

/** Gives each content its digest and stores nothing. */
final class MemoryImageBuilder implements ImageBuilder {
  @Override
  public BuiltImage build(ImagePlan plan, ImageName name, Tag commit) throws ImageException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      long bytes = 0;
      for (ImagePlan.Layer layer : plan.layers()) {
        for (ImagePlan.Entry entry : layer.entries()) {
          digest.update(entry.target().getBytes(StandardCharsets.UTF_8));
          digest.update(Files.readAllBytes(entry.source()));
          bytes += entry.bytes();
        }
      }
      String text = "sha256:" + HexFormat.of().formatHex(digest.digest());
      return new BuiltImage(name + "@" + text, text, bytes, Duration.ofMillis(1), Optional.empty());
    } catch (IOException e) {
      throw ImageException.of("build an image", plan.workspace(), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
