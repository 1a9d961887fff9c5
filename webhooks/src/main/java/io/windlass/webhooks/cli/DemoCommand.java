package io.windlass.webhooks.cli;

import io.windlass.webhooks.demo.Demo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code windlass demo}. */
@Command(
    name = "demo",
    description =
        "Shows the main job on this machine with a real repository: webhook, build, rollout, failure, kill -9, load.")
final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--once",
      description = "End by itself; the exit status is 0 only if each claim was seen.")
  private boolean once;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "An empty folder for everything the demo makes (default: a new temporary one).")
  private @Nullable Path data;

  @Override
  public Integer call() throws Exception {
    Path folder = data != null ? data : Files.createTempDirectory("windlass-demo-");
    return Demo.run(System.out, root(), folder.toAbsolutePath(), !once) ? 0 : Main.FAILED;
  }

  private static Path root() throws IOException {
    String root = System.getenv("WINDLASS_ROOT");
    Path folder = Path.of(root == null || root.isBlank() ? "." : root).toAbsolutePath().normalize();
    if (!Files.isDirectory(folder.resolve("pipelines/samples"))) {
      throw new IOException(
          "Tried to find the samples but '"
              + folder
              + "' has no pipelines/samples; start the demo with bin/windlass");
    }
    return folder;
  }
}
