package io.windlass.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.image.jib.JibImageBuilder;
import io.windlass.engine.image.registry.Registries;
import io.windlass.engine.image.registry.Retries;
import io.windlass.engine.image.store.ContentStore;
import io.windlass.engine.image.store.StoreLimits;
import io.windlass.engine.run.ChildProcessExecutor;
import io.windlass.engine.run.RunDetail;
import io.windlass.engine.run.RunSummary;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A commit's whole way with real Git, real steps, a real database and a real image; only the target
 * is in memory.
 */
class EndToEndTest {
  @TempDir Path directory;

  @Test
  void aCommitBecomesAnImageThatHoldsWhatItsStepsMade() throws Exception {
    ContentStore store =
        ContentStore.open(
            directory.resolve("images"), StoreLimits.defaults(), InstantSource.system());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var registries = new Registries(List.of(), store, threads, Retries.defaults());
      var images = JibImageBuilder.open(store, registries, directory.resolve("staging"), threads);
      try (var world =
          new EngineWorld(directory, images, new ChildProcessExecutor(InstantSource.system()))) {
        String commit =
            world
                .git
                .write("message", "hello from the shop")
                .write(
                    "windlass.yaml",
                    """
                    steps:
                      compile: { run: 'mkdir build && printf "echo %s\\n" "$(cat message)" > build/main.sh' }
                      test: { needs: [compile], run: 'sh build/main.sh | grep -q shop' }
                    image: { preset: files, files: [{ from: build, to: app }], entrypoint: [sh, app/main.sh] }
                    app: { port: 8080 }
                    environments:
                      production: { target: local }
                    """)
                .commit("first");
        world.push("", commit);

        RunDetail run = world.ended(1);

        assertThat(run.summary().status())
            .as(run.toString())
            .isEqualTo(RunSummary.Status.SUCCEEDED);
        String digest = run.image().orElseThrow().image().orElseThrow().digest();
        assertThat(store.exists(digest)).isTrue();
        Path unpacked = store.unpack(digest, directory.resolve("unpacked"));
        try (var files = java.nio.file.Files.walk(unpacked)) {
          assertThat(files.filter(file -> file.endsWith("main.sh")).toList())
              .singleElement()
              .satisfies(main -> assertThat(main).content().contains("hello from the shop"));
        }
        assertThat(world.engine().releases().neededDigests(3)).containsExactly(digest);
      }
    }
  }
}
