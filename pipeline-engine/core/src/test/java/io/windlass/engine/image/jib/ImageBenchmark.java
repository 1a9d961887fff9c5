package io.windlass.engine.image.jib;

import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageName;
import io.windlass.engine.image.Tag;
import io.windlass.engine.image.registry.DockerRegistry;
import io.windlass.engine.image.registry.Registries;
import io.windlass.engine.image.registry.RegistryAccess;
import io.windlass.engine.image.registry.Retries;
import io.windlass.engine.image.store.ContentStore;
import io.windlass.engine.image.store.StoreLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One class changed to image pushed, beside buildah, in one run. Not part of the tests: its name is
 * not one that they look for. Started by {@code docs/benchmarks/image/run.sh}.
 */
class ImageBenchmark {

  private static final int WARM_UP = 8;
  private static final int ROUNDS = Integer.getInteger("windlass.rounds", 15);
  private static final int JARS = 69;
  private static final int JAR_BYTES = 46_000_000 / JARS;
  private static final int CLASSES = 300;
  private static final int CLASS_BYTES = 4_000;

  @TempDir Path temp;
  private final Random random = new Random(42);
  private final Map<String, List<Double>> figures = new LinkedHashMap<>();
  private int commits;

  /** What is timed. */
  private interface Build {
    void of(Path workspace, Tag commit) throws Exception;
  }

  @Test
  void measure() throws Exception {
    Path workspace = temp.resolve("workspace");
    generate(workspace);
    boolean peer = DockerRegistry.program("buildah").isPresent();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        DockerRegistry registry = DockerRegistry.start(temp.resolve("registry"), false)) {
      Build toStore = builder("store", registry, executor, ImageName.local("acme/shop"));
      Build toRegistry =
          builder("pushed", registry, executor, ImageName.parse(registry.host() + "/acme/shop"));
      Build buildah = (dir, commit) -> buildah(dir, commit, registry);
      time("content store: first build", toStore, workspace);
      time("registry: first build", toRegistry, workspace);
      if (peer) {
        time("buildah to registry: first build", buildah, workspace);
      }
      for (int round = -WARM_UP; round < ROUNDS; round++) {
        String warm = round < 0 ? "warm-up " : "";
        both(warm + "content store", toStore, workspace);
        both(warm + "registry", toRegistry, workspace);
        if (peer && round % 3 == 0) {
          both(warm + "buildah to registry", buildah, workspace);
        }
      }
    }
    print();
  }

  private void both(String target, Build build, Path workspace) throws Exception {
    change(workspace);
    time(target + ": one class changed, same workspace", build, workspace);
    Path clone = temp.resolve("clone-" + commits++);
    copy(workspace, clone);
    change(clone);
    time(target + ": one class changed, fresh clone", build, clone);
    remove(clone);
    time(target + ": nothing changed", build, workspace);
  }

  private void time(String what, Build build, Path workspace) throws Exception {
    Tag commit = new Tag("%040x".formatted(commits++));
    long began = System.nanoTime();
    build.of(workspace, commit);
    double millis = (System.nanoTime() - began) / 1e6;
    figures.computeIfAbsent(what, key -> new ArrayList<>()).add(millis);
  }

  private Build builder(
      String name, DockerRegistry registry, ExecutorService executor, ImageName image)
      throws ImageException {
    ContentStore store =
        ContentStore.open(temp.resolve(name), StoreLimits.defaults(), InstantSource.system());
    Registries registries =
        new Registries(
            List.of(new RegistryAccess(registry.host(), Optional.empty())),
            store,
            executor,
            Retries.defaults());
    JibImageBuilder builder =
        JibImageBuilder.open(store, registries, temp.resolve(name + "-staging"), executor);
    return (workspace, commit) -> builder.build(Workspaces.javaPlan(workspace), image, commit);
  }

  private void buildah(Path workspace, Tag commit, DockerRegistry registry) throws Exception {
    List<String> storage =
        List.of(
            "--root", temp.resolve("buildah").toString(),
            "--runroot", temp.resolve("buildah-run").toString(),
            "--storage-driver", "overlay");
    String name = registry.host() + "/acme/peer:" + commit;
    List<String> build = new ArrayList<>(List.of("buildah"));
    build.addAll(storage);
    build.addAll(List.of("bud", "--isolation", "chroot", "--layers", "-q", "-t", name, "-f"));
    build.add(workspace.resolve("Containerfile").toString());
    build.add(workspace.toString());
    DockerRegistry.run(build);
    List<String> push = new ArrayList<>(List.of("buildah"));
    push.addAll(storage);
    push.addAll(List.of("push", "-q", "--tls-verify=false", name));
    DockerRegistry.run(push);
  }

  private void generate(Path workspace) throws IOException {
    Path jars = Files.createDirectories(workspace.resolve("target/dependency"));
    for (int i = 0; i < JARS; i++) {
      byte[] jar = new byte[JAR_BYTES];
      random.nextBytes(jar);
      Files.write(jars.resolve("dependency-" + i + ".jar"), jar);
    }
    Files.createDirectories(workspace.resolve("target/classes/shop"));
    for (int i = 0; i < CLASSES; i++) {
      Files.write(classFile(workspace, i), code());
    }
    Files.writeString(
        workspace.resolve("Containerfile"),
        """
        FROM scratch
        COPY target/dependency /app/libs
        COPY target/classes /app/classes
        WORKDIR /app
        ENTRYPOINT ["java", "-cp", "classes:libs/*", "shop.Main"]
        """);
  }

  private void change(Path workspace) throws IOException {
    Files.write(classFile(workspace, random.nextInt(CLASSES)), code());
  }

  private static Path classFile(Path workspace, int i) {
    return workspace.resolve("target/classes/shop/C" + i + ".class");
  }

  /** Bytes that compress to about a half, as classes do. */
  private byte[] code() {
    byte[] code = new byte[CLASS_BYTES];
    for (int i = 0; i < code.length; i++) {
      code[i] = (byte) random.nextInt(16);
    }
    return code;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }

  private static void remove(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.toList().reversed()) {
        Files.delete(file);
      }
    }
  }

  private void print() {
    System.out.printf("%n| case | n | median ms | fastest | slowest |%n|---|---|---|---|---|%n");
    figures.forEach((what, millis) -> {
      if (!what.startsWith("warm-up")) {
        List<Double> sorted = millis.stream().sorted().toList();
        System.out.printf(
            "| %s | %d | %.0f | %.0f | %.0f |%n",
            what,
            sorted.size(),
            sorted.get(sorted.size() / 2),
            sorted.getFirst(),
            sorted.getLast());
      }
    });
  }
}
