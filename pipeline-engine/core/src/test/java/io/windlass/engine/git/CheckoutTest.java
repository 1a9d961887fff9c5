package io.windlass.engine.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.source.RepositoryName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckoutTest {
  private static final RepositoryName SHOP = new RepositoryName("acme", "shop");
  private static final Credentials NONE = Credentials.anonymous();

  @TempDir Path temp;
  private Upstream upstream;
  private Mirrors mirrors;

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
  void a_workspace_holds_exactly_the_commit_and_git_works_in_it() throws Exception {
    upstream.write("a.txt", "one\r\n").write("bin/run", "#!/bin/sh\n").git("add", "-A");
    upstream.git("update-index", "--chmod=+x", "bin/run");
    Files.createSymbolicLink(upstream.directory.resolve("link"), Path.of("bin/run"));
    upstream.git("add", "link");
    upstream.git("commit", "-q", "-m", "one");
    String first = upstream.git("rev-parse", "HEAD");
    upstream.git("tag", "v1");
    upstream.write("a.txt", "two").commit("two");

    Workspace workspace = checkout(first);

    Path directory = workspace.directory();
    assertThat(Files.readString(directory.resolve("a.txt"))).isEqualTo("one\r\n");
    assertThat(directory.resolve("bin/run")).isExecutable();
    assertThat(Files.readSymbolicLink(directory.resolve("link"))).isEqualTo(Path.of("bin/run"));
    assertThat(workspace.commit()).isEqualTo(first);
    assertThat(workspace.files()).isEqualTo(3);
    assertThat(workspace.bytes()).isEqualTo(15);
    assertThat(Upstream.git(directory, "rev-parse", "HEAD")).isEqualTo(first);
    assertThat(Upstream.git(directory, "status", "--porcelain")).isEmpty();
    assertThat(Upstream.git(directory, "describe", "--tags")).isEqualTo("v1");
    assertThat(Upstream.git(directory, "log", "--format=%s", "origin/main")).isEqualTo("two\none");
    assertThat(directory.resolve(".git/hooks")).doesNotExist();
  }

  @Test
  void an_export_has_the_plain_files_of_the_top_folders_and_no_link() throws Exception {
    upstream
        .write("deploy/web.yaml", "web")
        .write("deploy/base/all.yaml", "all")
        .write("source/secret.txt", "x")
        .write("top.yaml", "top");
    Files.createSymbolicLink(upstream.directory.resolve("deploy/link"), Path.of("../source"));
    String commit = upstream.commit("one");
    Path tree = Files.createDirectory(temp.resolve("tree"));

    mirrors
        .fetch(SHOP, upstream.url(), NONE)
        .export(commit, List.of("deploy/base", "./top.yaml"), tree, Limits.DEFAULTS);

    try (Stream<Path> files = Files.walk(tree)) {
      assertThat(files.filter(Files::isRegularFile).map(tree::relativize).map(Path::toString))
          .containsExactlyInAnyOrder("deploy/web.yaml", "deploy/base/all.yaml", "top.yaml");
    }
    assertThat(tree.resolve("deploy/link")).doesNotExist();
  }

  @Test
  void an_export_of_too_much_is_refused() throws Exception {
    String commit = upstream.write("deploy/a", "x").write("deploy/b", "x").commit("one");
    Mirror mirror = mirrors.fetch(SHOP, upstream.url(), NONE);
    Limits little = Limits.DEFAULTS.withCheckoutFiles(1);

    assertThatThrownBy(() -> mirror.export(commit, List.of("deploy"), temp.resolve("tree"), little))
        .isInstanceOfSatisfying(
            GitException.class, e -> assertThat(e.fault()).isEqualTo(GitException.Fault.REPOSITORY))
        .hasMessageContaining("keep manifests in a folder of their own");
  }

  @Test
  void an_export_that_takes_too_long_says_so() throws Exception {
    String commit = upstream.write("deploy/a", "x").commit("one");
    Mirror mirror = mirrors.fetch(SHOP, upstream.url(), NONE);
    Limits none = Limits.DEFAULTS.withTime(Duration.ZERO);

    assertThatThrownBy(() -> mirror.export(commit, List.of("deploy"), temp.resolve("tree"), none))
        .isInstanceOfSatisfying(
            GitException.class, e -> assertThat(e.fault()).isEqualTo(GitException.Fault.WORLD))
        .hasMessageContaining("it took longer than 0 s");
  }

  @Test
  void folders_of_an_export_count_as_files_and_are_not_endlessly_deep() throws Exception {
    String wide = upstream.write("deploy/a/b/c/d", "x").commit("wide");
    String deep = upstream.write("deploy/" + "a/".repeat(70) + "b", "x").commit("deep");
    Mirror mirror = mirrors.fetch(SHOP, upstream.url(), NONE);
    Limits little = Limits.DEFAULTS.withCheckoutFiles(3);

    assertThatThrownBy(() -> mirror.export(wide, List.of("deploy"), temp.resolve("wide"), little))
        .hasMessageContaining("more than 3 files and folders");
    assertThatThrownBy(
            () -> mirror.export(deep, List.of("deploy"), temp.resolve("deep"), Limits.DEFAULTS))
        .hasMessageContaining("more than 64 deep");
  }

  @Test
  void line_ends_are_what_the_repositorys_attributes_say_wherever_they_stand() throws Exception {
    upstream.write("tools/.gitattributes", "*.bat text eol=crlf\n");
    String commit = upstream.write("tools/run.bat", "one\n").write("b.bat", "two\n").commit("bat");

    Path directory = checkout(commit).directory();

    assertThat(Files.readString(directory.resolve("tools/run.bat"))).isEqualTo("one\r\n");
    assertThat(Files.readString(directory.resolve("b.bat"))).isEqualTo("two\n");
    assertThat(Upstream.git(directory, "status", "--porcelain")).isEmpty();
  }

  @Test
  void a_checkout_made_again_after_a_crash_replaces_what_was_there() throws Exception {
    String commit = upstream.write("a", "1").commit("one");
    Files.createDirectories(temp.resolve("runs/.w.partial"));
    checkout(commit);
    Files.writeString(temp.resolve("runs/w/a"), "touched");

    assertThat(checkout(commit).directory().resolve("a")).hasContent("1");
    assertThat(temp.resolve("runs/.w.partial")).doesNotExist();
  }

  @Test
  void a_directory_of_something_else_is_left_alone() throws Exception {
    String commit = upstream.write("a", "1").commit("one");
    Files.createDirectories(temp.resolve("runs/w"));
    Files.writeString(temp.resolve("runs/w/precious"), "keep");

    assertThatThrownBy(() -> checkout(commit)).hasMessageContaining("something else is there");
    assertThat(temp.resolve("runs/w/precious")).hasContent("keep");
  }

  @ParameterizedTest
  @ValueSource(strings = {".git", ".GIT", ".Git", "..", ".", ".git.", "git~1"})
  void names_that_reach_into_git_or_out_of_the_tree_are_refused(String name) throws Exception {
    String blob = upstream.blob("#!/bin/sh\necho owned");
    String commit = upstream.commitOf("hostile", "100644 blob %s\t%s\n".formatted(blob, name));

    refused(commit, "its directory \"/\" is not allowed");
  }

  @Test
  void a_link_and_a_directory_of_one_name_are_refused() throws Exception {
    String link = upstream.blob("/etc");
    String blob = upstream.blob("x");
    String tree =
        Upstream.run(
            "100644 blob %s\tpasswd\n".formatted(blob),
            List.of("git", "mktree"),
            upstream.directory);
    String commit =
        upstream.commitOf(
            "hostile", "120000 blob %s\td\n040000 tree %s\td\n".formatted(link, tree));

    refused(commit, "not allowed");
  }

  @ParameterizedTest
  @CsvSource({"/etc/passwd", "../x", "../../x", "dir/../../x", ".git/config", "./.GIT/hooks"})
  void links_that_leave_the_tree_are_refused(String target) throws Exception {
    String commit =
        upstream.commitOf("hostile", "120000 blob %s\tl\n".formatted(upstream.blob(target)));

    refused(commit, "the link \"l\" leads out of the repository");
  }

  @Test
  void a_link_that_leaves_the_tree_through_another_link_is_refused() throws Exception {
    String here = upstream.blob(".");
    String out = upstream.blob("a/../outside");
    String commit =
        upstream.commitOf("hostile", "120000 blob %s\ta\n120000 blob %s\tb\n".formatted(here, out));

    refused(commit, "the link \"b\" leads out of the repository to \"a/../outside\"");
  }

  @Test
  void links_that_stay_inside_or_lead_nowhere_are_kept() throws Exception {
    Path root = upstream.directory;
    upstream.write("dir/sub/file", "x");
    Files.createSymbolicLink(root.resolve("dir/up"), Path.of("../dir/sub/file"));
    Files.createSymbolicLink(root.resolve("dangling"), Path.of("dir/nothing"));
    Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));
    String commit = upstream.commit("links");

    Path directory = checkout(commit).directory();

    assertThat(directory.resolve("dir/up")).hasContent("x");
    assertThat(Files.readSymbolicLink(directory.resolve("loop"))).isEqualTo(Path.of("loop"));
  }

  @Test
  void a_name_that_is_too_long_for_a_file_system_is_refused() throws Exception {
    String commit =
        upstream.commitOf(
            "hostile", "100644 blob %s\t%s\n".formatted(upstream.blob("x"), "n".repeat(300)));

    refused(commit, "is too long");
  }

  @Test
  void limits_of_bytes_files_and_time_end_a_checkout_and_leave_nothing() throws Exception {
    String commit = upstream.write("a", "12345").write("b", "12345").write("c", "1").commit("one");
    Mirror mirror = mirrors.fetch(SHOP, upstream.url(), NONE);
    Path directory = temp.resolve("runs/w");

    assertThatThrownBy(
            () -> mirror.checkout(commit, directory, Limits.DEFAULTS.withCheckoutBytes(10)))
        .hasMessageContaining("larger than 10 bytes");
    assertThatThrownBy(
            () -> mirror.checkout(commit, directory, Limits.DEFAULTS.withCheckoutFiles(2)))
        .hasMessageContaining("more than 2 files");
    assertThatThrownBy(
            () -> mirror.checkout(commit, directory, Limits.DEFAULTS.withTime(Duration.ZERO)))
        .hasMessageContaining("longer than 0 s");
    assertThat(temp.resolve("runs")).isEmptyDirectory();
  }

  @Test
  void a_filter_or_hook_of_the_repository_never_runs() throws Exception {
    upstream
        .write(".gitattributes", "* filter=evil\n")
        .write("lfs", "version https://git-lfs.github.com/spec/v1\n");
    upstream.write(".gitconfig", "[filter \"evil\"]\n\tsmudge = touch /tmp/owned\n");
    String commit = upstream.commit("filters");

    assertThat(checkout(commit).directory().resolve("lfs"))
        .hasContent("version https://git-lfs.github.com/spec/v1\n");
  }

  @Test
  void submodules_of_configured_hosts_are_checked_out() throws Exception {
    Upstream library = new Upstream(temp.resolve("library"));
    String libraryCommit = library.write("lib", "v1").commit("lib");
    String commit = withSubmodule("../library", libraryCommit);

    Workspace workspace = checkout(commit);

    assertThat(workspace.directory().resolve("vendor/lib/lib")).hasContent("v1");
    assertThat(workspace.objects()).hasSize(2);
    assertThat(Upstream.git(workspace.directory().resolve("vendor/lib"), "rev-parse", "HEAD"))
        .isEqualTo(libraryCommit);
  }

  @ParameterizedTest
  @CsvSource({
    "https://elsewhere.example/x.git, '\"elsewhere.example\", which is not among the configured'",
    "https://user:hunter2@elsewhere.example/x.git, carries a user or password",
    "ext::sh -c touch, is not allowed",
    "--upload-pack=touch, is not allowed",
  })
  void submodules_from_anywhere_else_are_refused(String url, String why) throws Exception {
    String commit = withSubmodule(url, "1234567890123456789012345678901234567890");

    assertThatThrownBy(() -> checkout(commit))
        .isInstanceOfSatisfying(
            GitException.class, e -> assertThat(e.fault()).isEqualTo(GitException.Fault.REPOSITORY))
        .hasMessageContaining("vendor/lib")
        .hasMessageContaining(why)
        .hasMessageNotContaining("hunter2");
    assertThat(temp.resolve("runs")).isEmptyDirectory();
  }

  private String withSubmodule(String url, String commit) {
    upstream.write(
        ".gitmodules", "[submodule \"lib\"]\n\tpath = vendor/lib\n\turl = " + url + "\n");
    upstream.git("update-index", "--add", "--cacheinfo", "160000," + commit + ",vendor/lib");
    upstream.git("add", ".gitmodules");
    upstream.git("commit", "-q", "-m", "submodule");
    return upstream.git("rev-parse", "HEAD");
  }

  private void refused(String commit, String why) {
    assertThatThrownBy(() -> checkout(commit))
        .isInstanceOfSatisfying(
            GitException.class, e -> assertThat(e.fault()).isEqualTo(GitException.Fault.REPOSITORY))
        .hasMessageContaining(why);
    assertThat(temp.resolve("runs")).isEmptyDirectory();
  }

  private Workspace checkout(String commit) throws GitException {
    return mirrors
        .fetch(SHOP, upstream.url(), NONE)
        .checkout(commit, temp.resolve("runs/w"), Limits.DEFAULTS);
  }
}
