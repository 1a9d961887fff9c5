package io.windlass.engine.local.state;

import io.windlass.engine.image.Digest;
import io.windlass.engine.local.protocol.Json;
import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.Root;
import io.windlass.engine.local.protocol.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** The releases that this machine may have to run, each in a file of its own. Thread-safe. */
public final class Releases {
  private final Path directory;
  private final Vault vault;
  private final Map<String, ReleaseSpec> known = new ConcurrentHashMap<>();

  /**
   * On disk: the description without its secrets, and those encrypted, by process.
   *
   * @param version of this form
   */
  record Stored(int version, ReleaseSpec spec, Map<String, Map<String, String>> sealed) {}

  private Releases(Path directory, Vault vault) {
    this.directory = directory;
    this.vault = vault;
  }

  /** Reads all that are there. */
  public static Releases open(Path directory, Vault vault) throws IOException {
    Files.createDirectories(directory);
    Releases releases = new Releases(directory, vault);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
      for (Path file : files) {
        ReleaseSpec spec = releases.open(Json.read(Files.readAllBytes(file), Stored.class));
        releases.known.put(spec.release(), spec);
      }
    }
    return releases;
  }

  /** Stores a release; on disk when this returns. */
  public void add(ReleaseSpec spec) throws IOException {
    if (!spec.equals(known.get(spec.release()))) {
      Durable.write(file(spec.release()), Json.write(close(spec)));
      known.put(spec.release(), spec);
    }
  }

  public Optional<ReleaseSpec> find(String release) {
    return Optional.ofNullable(known.get(release));
  }

  public Optional<ProcessSpec> process(String release, String process) {
    return find(release).map(r -> r.processes().get(process));
  }

  public List<ReleaseSpec> all() {
    return List.copyOf(known.values());
  }

  /** Of the images that they run. */
  public Set<String> digests() {
    Set<String> digests = new TreeSet<>();
    for (ReleaseSpec release : known.values()) {
      for (ProcessSpec process : release.processes().values()) {
        switch (process.root()) {
          case Root.Image(String digest) -> digests.add(digest);
          case Root.Directory _ -> {}
        }
      }
    }
    return digests;
  }

  public void remove(String release) throws IOException {
    Durable.delete(file(release));
    known.remove(release);
  }

  private Path file(String release) {
    return directory.resolve(Digest.of(release.getBytes(StandardCharsets.UTF_8)).hex() + ".json");
  }

  private Stored close(ReleaseSpec spec) {
    Map<String, Map<String, String>> sealed = new TreeMap<>();
    spec.processes()
        .forEach((name, p) -> sealed.put(name, vault.seal(p.secrets(), spec.release())));
    Map<String, ProcessSpec> bare = new TreeMap<>();
    spec.processes().forEach((name, p) -> bare.put(name, p.withSecrets(Secrets.NONE)));
    return new Stored(1, spec.withProcesses(bare), sealed);
  }

  private ReleaseSpec open(Stored stored) throws IOException {
    ReleaseSpec spec = stored.spec();
    Map<String, ProcessSpec> whole = new TreeMap<>();
    for (Map.Entry<String, ProcessSpec> entry : spec.processes().entrySet()) {
      Map<String, String> sealed = stored.sealed().getOrDefault(entry.getKey(), Map.of());
      whole.put(entry.getKey(), entry.getValue().withSecrets(vault.unseal(sealed, spec.release())));
    }
    return spec.withProcesses(whole);
  }
}
