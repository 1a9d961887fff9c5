package io.windlass.engine.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.source.Ref;
import io.windlass.engine.source.RepositoryName;
import io.windlass.engine.source.Sha;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MirrorsTest {
  private static final RepositoryName SHOP = new RepositoryName("acme", "shop");
  private static final Credentials NONE = Credentials.anonymous();
  private static final Ref MAIN = Ref.branch("main");

  @TempDir Path temp;
  private Upstream upstream;
  private Mirrors mirrors;

  @BeforeEach
  void open() {
    upstream = new Upstream(temp.resolve("upstream"));
    mirrors = Mirrors.open(MirrorSettings.in(temp.resolve("data")));
  }

  @AfterEach
  void close() {
    mirrors.close();
  }

  @Test
  void a_fetch_brings_branches_and_tags_and_prunes_what_is_gone() throws Exception {
    String first = upstream.write("a", "1").commit("one");
    upstream.git("branch", "topic");
    upstream.git("tag", "-a", "v1", "-m", "first");
    Mirror mirror = mirrors.fetch(SHOP, upstream.url(), NONE);
    assertThat(mirror.heads()).containsOnlyKeys(MAIN, Ref.branch("topic"), Ref.tag("v1"));

    upstream.git("branch", "-D", "topic");
    String second = upstream.write("a", "2").commit("two");
    mirror = mirrors.fetch(SHOP, upstream.url(), NONE);

    assertThat(mirror.heads()).containsEntry(MAIN, second).doesNotContainKey(Ref.branch("topic"));
    assertThat(mirror.isAncestor(first, second)).isTrue();
    assertThat(mirror.isAncestor(second, first)).isFalse();
  }

  @Test
  void a_tag_object_stands_for_its_commit() throws Exception {
    String commit = upstream.write("a", "1").commit("one");
    upstream.git("tag", "-a", "v1", "-m", "first");
    String tag = upstream.git("rev-parse", "v1");

    Fetched fetched = mirrors.fetchCommit(SHOP, upstream.url(), NONE, tag);

    assertThat(tag).isNotEqualTo(commit);
    assertThat(fetched)
        .isInstanceOfSatisfying(
            Fetched.Ready.class, ready -> assertThat(ready.commit()).isEqualTo(commit));
    assertThat(mirrors.remoteHeads(SHOP, upstream.url(), NONE).refs())
        .containsEntry(Ref.tag("v1"), tag)
        .containsEntry(MAIN, commit);
  }

  @Test
  void a_commit_that_is_in_the_mirror_is_ready_without_its_host() throws Exception {
    String commit = upstream.write("a", "1").commit("one");
    mirrors.fetch(SHOP, upstream.url(), NONE);
    MirrorStore.deleteTree(upstream.directory);

    assertThat(mirrors.fetchCommit(SHOP, upstream.url(), NONE, commit))
        .isInstanceOf(Fetched.Ready.class);
  }

  @Test
  void a_commit_that_no_branch_names_any_more_is_asked_for_by_its_id() throws Exception {
    upstream.write("a", "1").commit("one");
    String pushedAway = upstream.write("a", "2").commit("two");
    upstream.git("reset", "-q", "--hard", "HEAD~1");
    upstream.git("config", "uploadpack.allowAnySHA1InWant", "true");

    assertThat(mirrors.fetchCommit(SHOP, upstream.url(), NONE, pushedAway))
        .isInstanceOf(Fetched.Ready.class);
  }

  @Test
  void a_commit_that_its_host_does_not_have_has_vanished() throws Exception {
    upstream.write("a", "1").commit("one");
    String nowhere = "1234567890123456789012345678901234567890";

    assertThat(mirrors.fetchCommit(SHOP, upstream.url(), NONE, nowhere))
        .isEqualTo(new Fetched.CommitVanished(nowhere));
  }

  @Test
  void a_commit_stays_after_a_force_push_until_no_run_needs_it() throws Exception {
    upstream.write("a", "1").commit("one");
    String old = upstream.write("a", "2").commit("two");
    mirrors.fetchCommit(SHOP, upstream.url(), NONE, old);
    upstream.git("commit", "-q", "--amend", "-m", "other");
    Mirror mirror = mirrors.fetch(SHOP, upstream.url(), NONE);

    mirrors.maintain(SHOP, Set.of(old));
    assertThat(refs()).contains("refs/windlass/commits/" + old);
    assertThat(mirror.contains(old)).isTrue();

    mirrors.maintain(SHOP, Set.of());
    assertThat(refs()).doesNotContain(old);
    assertThat(mirror.read(old, "a", 10))
        .as("unnamed objects stay for two weeks")
        .isEqualTo(new FileAtCommit.Found("2"));
  }

  @Test
  void many_fetches_at_once_make_one_whole_mirror() throws Exception {
    String commit = upstream.write("a", "1").commit("one");
    try (Mirrors other = Mirrors.open(MirrorSettings.in(temp.resolve("data")));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Fetched>> calls =
          IntStream.range(0, 12)
              .mapToObj(i ->
                  (Callable<Fetched>)
                      () ->
                          (i % 2 == 0 ? mirrors : other)
                              .fetchCommit(SHOP, upstream.url(), NONE, commit))
              .toList();
      for (Future<Fetched> call : threads.invokeAll(calls)) {
        assertThat(call.get()).isInstanceOf(Fetched.Ready.class);
      }
    }
    assertThat(Upstream.run("", List.of("git", "fsck", "--full"), mirrorDirectory()))
        .doesNotContain("missing", "broken");
  }

  @Test
  void what_a_killed_process_left_is_no_obstacle() throws Exception {
    upstream.write("a", "1").commit("one");
    mirrors.fetch(SHOP, upstream.url(), NONE);
    mirrors.close();
    for (String left :
        List.of(
            "packed-refs.lock", "config.lock", "refs/heads/main.lock", "objects/incoming_1.pack")) {
      Files.createDirectories(mirrorDirectory().resolve(left).getParent());
      Files.writeString(mirrorDirectory().resolve(left), "half");
    }
    Files.createDirectories(temp.resolve("data/repositories/acme/shop.git.new/refs"));
    String second = upstream.write("a", "2").commit("two");

    try (Mirrors restarted = Mirrors.open(MirrorSettings.in(temp.resolve("data")))) {
      assertThat(restarted.fetch(SHOP, upstream.url(), NONE).heads()).containsEntry(MAIN, second);
    }
    assertThat(mirrorDirectory().resolve("refs/heads/main.lock")).doesNotExist();
  }

  @Test
  void a_mirror_that_was_half_made_is_made_anew() throws Exception {
    String commit = upstream.write("a", "1").commit("one");
    Files.createDirectories(mirrorDirectory().resolve("objects"));

    assertThat(mirrors.fetch(SHOP, upstream.url(), NONE).contains(commit)).isTrue();
  }

  @Test
  void files_are_read_at_a_commit_within_a_limit() throws Exception {
    String first =
        upstream
            .write("windlass.yaml", "image: {}")
            .write("dir/x", "x")
            .write("dir/y", "y")
            .commit("one");
    upstream.write("windlass.yaml", "changed").commit("two");
    Mirror mirror = mirrors.fetch(SHOP, upstream.url(), NONE);

    assertThat(mirror.read(first, "windlass.yaml", 100))
        .isEqualTo(new FileAtCommit.Found("image: {}"));
    assertThat(mirror.read(first, "windlass.yaml", 8)).isEqualTo(new FileAtCommit.TooLarge(9, 8));
    assertThat(mirror.read(first, "absent", 100)).isEqualTo(new FileAtCommit.Absent());
    assertThat(mirror.read(first, "dir", 100)).isEqualTo(new FileAtCommit.NotAFile("a directory"));
    assertThat(mirror.list(first, "dir")).containsExactly("x", "y");
    assertThat(mirror.list(first, ".windlass")).isEmpty();
  }

  @Test
  void a_push_is_compared_with_where_the_ref_stood() throws Exception {
    String before = upstream.write("a", "1").write("b", "1").commit("one");
    upstream.write("a", "2").commit("two");
    String after = upstream.write("c/d", "1").commit("three");
    Mirror mirror = mirrors.fetch(SHOP, upstream.url(), NONE);

    assertThat(mirror.changedPaths(before, after, MAIN))
        .isEqualTo(new ChangedPaths(Set.of("a", "c/d"), true, before));
  }

  @Test
  void a_new_branch_is_compared_with_where_it_left_the_default_branch() throws Exception {
    String fork = upstream.write("a", "1").commit("one");
    upstream.git("checkout", "-q", "-b", "topic");
    String topic = upstream.write("b", "1").commit("on topic");
    upstream.git("checkout", "-q", "main");
    String main = upstream.write("c", "1").commit("on main");
    Mirror mirror = mirrors.fetch(SHOP, upstream.url(), NONE);

    assertThat(mirror.changedPaths(Sha.NONE, topic, MAIN))
        .isEqualTo(new ChangedPaths(Set.of("b"), true, fork));
    assertThat(mirror.changedSince(main, topic))
        .isEqualTo(new ChangedPaths(Set.of("b"), true, fork));
  }

  @Test
  void a_first_push_has_nothing_to_compare_with_and_says_so() throws Exception {
    String first = upstream.write("a", "1").commit("one");
    Mirror mirror = mirrors.fetch(SHOP, upstream.url(), NONE);

    assertThat(mirror.changedPaths(Sha.NONE, first, MAIN).complete()).isFalse();
    assertThat(mirror.changedPaths(Sha.NONE, first, Ref.branch("other")).complete()).isFalse();
  }

  @Test
  void a_forced_push_whose_old_commit_is_gone_falls_back_to_the_default_branch() throws Exception {
    String base = upstream.write("a", "1").commit("one");
    upstream.git("checkout", "-q", "-b", "topic");
    String forced = upstream.write("b", "2").commit("forced");
    Mirror mirror = mirrors.fetch(SHOP, upstream.url(), NONE);

    assertThat(mirror.changedPaths("1234567890123456789012345678901234567890", forced, MAIN))
        .isEqualTo(new ChangedPaths(Set.of("b"), true, base));
  }

  @Test
  void a_repository_that_is_not_there_is_told_with_its_address() {
    CloneUrl nowhere = CloneUrl.file(temp.resolve("nowhere"));

    assertThatThrownBy(() -> mirrors.fetch(SHOP, nowhere, NONE))
        .isInstanceOf(GitException.class)
        .hasMessageContaining("Tried to fetch file:")
        .hasMessageContaining("nowhere");
  }

  @Test
  void a_fetch_ends_at_its_limit_of_bytes() throws Exception {
    byte[] noise = new byte[200_000];
    new java.util.Random(7).nextBytes(noise);
    Files.write(upstream.directory.resolve("noise"), noise);
    upstream.commit("noise");
    MirrorSettings small =
        new MirrorSettings(
            temp.resolve("small"), java.util.Map.of(), Limits.DEFAULTS.withTransportBytes(50_000));

    try (Mirrors bounded = Mirrors.open(small)) {
      assertThatThrownBy(() -> bounded.fetch(SHOP, upstream.url(), NONE))
          .isInstanceOfSatisfying(
              GitException.class,
              e -> assertThat(e.fault()).isEqualTo(GitException.Fault.REPOSITORY))
          .hasMessageContaining("more than 50000 bytes");
    }
  }

  private String refs() throws Exception {
    return Upstream.run("", List.of("git", "show-ref"), mirrorDirectory());
  }

  private Path mirrorDirectory() {
    return temp.resolve("data/repositories/acme/shop.git");
  }
}
