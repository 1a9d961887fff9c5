package io.windlass.engine.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.windlass.engine.source.RepositoryName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkouts that begin with one that was made ahead. */
class SparesTest {
  private static final RepositoryName SHOP = new RepositoryName("acme", "shop");
  private static final Credentials NONE = Credentials.anonymous();

  @TempDir Path temp;
  private Upstream upstream;
  private Mirrors mirrors;
  private int made;
  private int compared;

  @BeforeEach
  void open() {
    upstream = new Upstream(temp.resolve("upstream"));
    mirrors =
        Mirrors.open(new MirrorSettings(temp.resolve("data"), Map.of("", NONE), Limits.DEFAULTS));
  }

  @AfterEach
  void close() {
    mirrors.close();
  }

  @Test
  void onlyWhatDiffersIsWritten() throws Exception {
    String one = upstream.write("same", "1").write("changed", "1").commit("one");
    prepare(one);
    Object file = inode(onlySpare().resolve("same"));
    String two = upstream.write("changed", "2").commit("two");

    Path workspace = checkout(two);

    assertThat(inode(workspace.resolve("same"))).isEqualTo(file);
    assertThat(workspace.resolve("changed")).hasContent("2");
    assertIs(workspace, two);
    assertThat(spares()).isEmpty();
  }

  @Test
  void theNextCheckoutOfTheSameMomentIsWrittenWhole() throws Exception {
    String one = upstream.write("a", "1").commit("one");
    prepare(one);

    Path first = checkout(one);
    Path second = checkout(one);

    assertThat(inode(second.resolve("a"))).isNotEqualTo(inode(first.resolve("a")));
    assertIs(first, one);
    assertIs(second, one);
  }

  /** Trees in which files, directories, links and programs take each other's names. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whateverChangesTheWorkspaceIsTheCommit(long seed) throws Exception {
    Random random = new Random(seed);
    prepare(randomCommit(random));
    for (int i = 0; i < 10; i++) {
      Map<String, String> before = content(onlySpare());
      Map<String, Object> files = inodes(onlySpare());
      String commit = randomCommit(random);

      Path workspace = checkout(commit);

      assertIs(workspace, commit);
      Map<String, String> after = content(workspace);
      files.keySet().removeIf(name -> !before.get(name).equals(after.get(name)));
      assertThat(inodes(workspace)).containsAllEntriesOf(files);
      prepare(commit);
    }
  }

  private static Map<String, Object> inodes(Path directory) throws IOException {
    Map<String, Object> inodes = new HashMap<>();
    for (Map.Entry<String, String> entry : content(directory).entrySet()) {
      Path path = directory.resolve(entry.getKey());
      if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        inodes.put(entry.getKey(), inode(path));
      }
    }
    return inodes;
  }

  private String randomCommit(Random random) throws IOException {
    try (Stream<Path> old = Files.list(upstream.directory)) {
      for (Path path : old.filter(p -> !p.endsWith(".git")).toList()) {
        if (random.nextInt(3) > 0) {
          MirrorStore.deleteTree(path);
        }
      }
    }
    for (String name : List.of("a", "b", "a/b", "a/b/c", "a.txt", "d/e/f", "d/e", "é")) {
      Path path = upstream.directory.resolve(name);
      boolean free = Files.notExists(path) && Files.notExists(firstLink(path));
      if (free && random.nextBoolean() && isDirectoryOrAbsent(path.getParent())) {
        Files.createDirectories(path.getParent());
        if (random.nextInt(4) == 0) {
          Files.createSymbolicLink(path, Path.of("target" + random.nextInt(3)));
        } else {
          Files.writeString(path, "content " + random.nextInt(3));
          path.toFile().setExecutable(random.nextBoolean());
        }
      }
    }
    return upstream.commit("random");
  }

  private boolean isDirectoryOrAbsent(Path path) {
    for (Path at = path; !at.equals(upstream.directory); at = at.getParent()) {
      if (Files.isSymbolicLink(at) || Files.exists(at) && !Files.isDirectory(at)) {
        return false;
      }
    }
    return true;
  }

  private static Path firstLink(Path path) {
    return Files.isSymbolicLink(path) ? path.getParent() : path;
  }

  @Test
  void aDamagedOneIsReplaced() throws Exception {
    String one = upstream.write("a", "1").commit("one");
    prepare(one);
    Files.delete(onlySpare().resolve("a"));
    String two = upstream.write("a", "2").write("b", "2").commit("two");

    assertIs(checkout(two), two);
  }

  @Test
  void oneOfACommitThatIsGoneIsReplaced() throws Exception {
    String one = upstream.write("a", "1").commit("one");
    prepare(one);
    Files.writeString(onlySpare().resolve(".git/HEAD"), "1".repeat(40) + "\n");

    assertIs(checkout(one), one);
  }

  @Test
  void aTreeWithAttributesBeginsAnew() throws Exception {
    String one = upstream.write("a.bat", "1\n").commit("one");
    prepare(one);
    String two = upstream.write(".gitattributes", "*.bat text eol=crlf\n").commit("two");

    Path workspace = checkout(two);
    prepare(two);

    assertThat(Files.readString(workspace.resolve("a.bat"))).isEqualTo("1\r\n");
    assertThat(spares()).isEmpty();
  }

  @Test
  void emptyDirectoriesOfOneCommitAreNotInTheNext() throws Exception {
    String one = upstream.write("a", "1").commit("one");
    String blob = upstream.blob("1");
    String empty = Upstream.run("", List.of("git", "mktree"), upstream.directory);
    String stranger =
        upstream.commitOf(
            "stranger", "100644 blob %s\ta\n040000 tree %s\tdist\n".formatted(blob, empty));
    prepare(stranger);
    assertThat(spares()).isEmpty();
    prepare(one);

    assertThat(checkout(stranger).resolve("dist")).isEmptyDirectory();
    assertThat(checkout(one).resolve("dist")).doesNotExist();
  }

  @Test
  void oneOfAnotherProcessIsNotTrusted() throws Exception {
    String one = upstream.write("a", "1").commit("one");
    prepare(one);
    Files.writeString(onlySpare().resolve("a"), "lost its end");
    mirrors.close();

    open();

    assertIs(checkout(one), one);
    await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(spares()).isEmpty());
  }

  @Test
  void refusedTreesAreRefusedWithOneToo() throws Exception {
    String one = upstream.write("a", "1").commit("one");
    prepare(one);
    Files.createSymbolicLink(upstream.directory.resolve("out"), Path.of("../../etc"));
    String two = upstream.commit("two");

    assertThatThrownBy(() -> checkout(two))
        .isInstanceOf(GitException.class)
        .hasMessageContaining("leads out of the repository");
  }

  private void prepare(String commit) throws GitException {
    mirrors.fetch(SHOP, upstream.url(), NONE).prepare(commit, Limits.DEFAULTS);
  }

  private Path checkout(String commit) throws GitException {
    return mirrors
        .fetch(SHOP, upstream.url(), NONE)
        .checkout(commit, temp.resolve("runs/" + made++), Limits.DEFAULTS)
        .directory();
  }

  /** Files, kinds and bits as Git itself would write them, an index that agrees, nothing else. */
  private void assertIs(Path workspace, String commit) throws IOException {
    assertThat(Upstream.git(workspace, "rev-parse", "HEAD")).isEqualTo(commit);
    assertThat(Upstream.git(workspace, "status", "--porcelain", "--ignored")).isEmpty();
    Path other = temp.resolve("git/" + compared++);
    upstream.git("worktree", "add", "-q", "--detach", other.toString(), commit);
    assertThat(content(workspace)).isEqualTo(content(other));
  }

  private static Map<String, String> content(Path directory) throws IOException {
    Map<String, String> content = new HashMap<>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.toList()) {
        Path name = directory.relativize(path);
        if (!name.startsWith(".git") && !name.toString().isEmpty()) {
          content.put(name.toString(), what(path));
        }
      }
    }
    return content;
  }

  private static String what(Path path) throws IOException {
    if (Files.isSymbolicLink(path)) {
      return "-> " + Files.readSymbolicLink(path);
    }
    return Files.isDirectory(path)
        ? "directory"
        : Files.isExecutable(path) + " " + Files.readString(path);
  }

  private Path onlySpare() throws IOException {
    assertThat(spares()).hasSize(1);
    return spares().getFirst();
  }

  private List<Path> spares() throws IOException {
    List<Path> all = new ArrayList<>();
    try (Stream<Path> found = Files.list(temp.resolve("data"))) {
      for (Path place :
          found.filter(p -> p.getFileName().toString().startsWith("spares")).toList()) {
        try (Stream<Path> inside = Files.list(place)) {
          inside.forEach(all::add);
        }
      }
    }
    return all;
  }

  private static Object inode(Path file) throws IOException {
    return Files.getAttribute(file, "unix:ino");
  }
}
