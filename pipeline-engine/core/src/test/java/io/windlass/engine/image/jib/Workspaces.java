package io.windlass.engine.image.jib;

import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImagePlan;
import io.windlass.engine.image.preset.ImageSettings;
import io.windlass.engine.image.preset.ImageSettings.FileSet;
import io.windlass.engine.image.preset.ImageSettings.Preset;
import io.windlass.engine.image.preset.Presets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** What a build might leave behind. */
final class Workspaces {

  private Workspaces() {}

  static void write(Path workspace, String name, String content) throws IOException {
    Path file = workspace.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  /** Files that look like a Java build's, without being one. */
  static void java(Path workspace) throws IOException {
    byte[] jar = new byte[40_000];
    new Random(7).nextBytes(jar);
    Files.createDirectories(workspace.resolve("target/dependency"));
    Files.write(workspace.resolve("target/dependency/a.jar"), jar);
    write(workspace, "target/classes/shop/Main.class", "main");
    write(workspace, "target/classes/shop/Cart.class", "cart");
    write(workspace, "target/classes/application.yaml", "port: 8080");
  }

  static ImagePlan javaPlan(Path workspace) throws ImageException {
    ImageSettings plain = ImageSettings.of(Preset.JAVA);
    return Presets.plan(
        new ImageSettings(
            Preset.JAVA,
            plain.directory(),
            plain.from(),
            plain.platform(),
            List.of(),
            List.of(),
            Map.of("MODE", "test"),
            plain.workdir(),
            plain.user(),
            plain.owner(),
            List.of(8080),
            Optional.of("shop.Main"),
            List.of()),
        workspace);
  }

  static ImagePlan filesPlan(Path workspace, String from, String to) throws ImageException {
    ImageSettings plain = ImageSettings.of(Preset.FILES);
    return Presets.plan(
        new ImageSettings(
            Preset.FILES,
            plain.directory(),
            plain.from(),
            plain.platform(),
            List.of(new FileSet(from, to)),
            List.of("./run"),
            Map.of(),
            plain.workdir(),
            plain.user(),
            plain.owner(),
            List.of(),
            Optional.empty(),
            List.of()),
        workspace);
  }
}
