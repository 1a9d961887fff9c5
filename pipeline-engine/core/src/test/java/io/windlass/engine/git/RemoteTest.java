package io.windlass.engine.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.git.GitException.Fault;
import io.windlass.engine.source.Ref;
import io.windlass.engine.source.RepositoryName;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Over HTTP against Git's own server. */
class RemoteTest {
  private static final RepositoryName SHOP = new RepositoryName("acme", "shop");
  private static final Credentials GOOD = Credentials.token(HttpBackend.TOKEN);

  @TempDir Path temp;
  private Upstream upstream;
  private HttpBackend server;
  private Mirrors mirrors;

  @BeforeEach
  void open() throws Exception {
    upstream = new Upstream(temp.resolve("root/shop"));
    server = new HttpBackend(temp.resolve("root"));
    mirrors = Mirrors.open(MirrorSettings.in(temp.resolve("data")));
  }

  @AfterEach
  void close() {
    mirrors.close();
    server.close();
  }

  @Test
  void a_token_opens_a_repository_and_stands_nowhere_afterwards() throws Exception {
    String commit = upstream.write("a", "1").commit("one");

    Mirror mirror = mirrors.fetch(SHOP, url(), GOOD);
    mirror.checkout(commit, temp.resolve("runs/w"), Limits.DEFAULTS);

    assertThat(mirror.heads()).containsEntry(Ref.branch("main"), commit);
    assertThat(mirrors.remoteHeads(SHOP, url(), GOOD).defaultBranch()).contains(Ref.branch("main"));
    assertThat(mirrors.remoteHeads(SHOP, url(), GOOD).refs())
        .containsEntry(Ref.branch("main"), commit);
    try (Stream<Path> files =
        Stream.concat(Files.walk(temp.resolve("data")), Files.walk(temp.resolve("runs")))) {
      assertThat(files.filter(Files::isRegularFile))
          .isNotEmpty()
          .allSatisfy(file ->
              assertThat(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1))
                  .doesNotContain(HttpBackend.TOKEN));
    }
  }

  @Test
  void a_commit_that_was_pushed_away_is_still_had_by_its_id() throws Exception {
    upstream.write("a", "1").commit("one");
    String away = upstream.write("a", "2").commit("two");
    upstream.git("reset", "-q", "--hard", "HEAD~1");

    assertThat(mirrors.fetchCommit(SHOP, url(), GOOD, away)).isInstanceOf(Fetched.Ready.class);
  }

  @Test
  void a_commit_that_is_gone_there_has_vanished() throws Exception {
    upstream.write("a", "1").commit("one");
    String nowhere = "1234567890123456789012345678901234567890";

    assertThat(mirrors.fetchCommit(SHOP, url(), GOOD, nowhere))
        .isEqualTo(new Fetched.CommitVanished(nowhere));
  }

  @Test
  void a_wrong_token_is_the_operators_and_is_not_shown() {
    upstream.write("a", "1").commit("one");

    assertThatThrownBy(() -> mirrors.fetch(SHOP, url(), Credentials.token("hunter2")))
        .isInstanceOfSatisfying(
            GitException.class, e -> assertThat(e.fault()).isEqualTo(Fault.SETUP))
        .hasMessageContaining("the host refused the credentials")
        .hasStackTraceContaining("GitException")
        .satisfies(e ->
            assertThat(org.assertj.core.util.Throwables.getStackTrace(e))
                .doesNotContain("hunter2"));
  }

  @Test
  void a_redirect_to_another_host_gets_neither_a_request_nor_the_token() throws Exception {
    upstream.write("a", "1").commit("one");
    try (HttpBackend elsewhere = new HttpBackend(temp.resolve("root"))) {
      String other = elsewhere.url("x").toString();
      server.redirect = java.util.Optional.of(other.substring(0, other.length() - 2));

      assertThatThrownBy(() -> mirrors.fetch(SHOP, url(), GOOD))
          .isInstanceOfSatisfying(
              GitException.class, e -> assertThat(e.fault()).isEqualTo(Fault.SETUP))
          .hasMessageContaining("not the configured host");
      assertThat(elsewhere.authorizations).isEmpty();
    }
  }

  @Test
  void limits_of_bytes_and_time_end_a_fetch() throws Exception {
    byte[] noise = new byte[200_000];
    new java.util.Random(7).nextBytes(noise);
    Files.write(upstream.directory.resolve("noise"), noise);
    upstream.commit("noise");

    for (Limits limits :
        java.util.List.of(
            Limits.DEFAULTS.withTransportBytes(50_000),
            Limits.DEFAULTS.withTime(Duration.ofNanos(1)))) {
      try (Mirrors bounded =
          Mirrors.open(
              new MirrorSettings(temp.resolve("b" + limits.hashCode()), Map.of(), limits))) {
        assertThatThrownBy(() -> bounded.fetch(SHOP, url(), GOOD)).isInstanceOf(GitException.class);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://169.254.169.254/latest/meta-data",
        "https://169.254.169.254/x",
        "https://[fe80::1]/x",
        "https://0.0.0.0/x",
        "http://192.0.2.7/x"
      })
  void addresses_of_the_machine_and_its_cloud_are_refused_before_a_byte_is_sent(String address) {
    assertThatThrownBy(() -> mirrors.fetch(SHOP, CloneUrl.parse(address), GOOD))
        .isInstanceOfSatisfying(
            GitException.class, e -> assertThat(e.fault()).isEqualTo(Fault.SETUP));
  }

  @ParameterizedTest
  @CsvSource({
    "169.254.169.254, true",
    "fd00:ec2::254, true",
    "100.100.100.200, true",
    "127.0.0.1, false",
    "10.0.0.7, false"
  })
  void metadata_services_are_known(String address, boolean forbidden) throws Exception {
    assertThat(Reach.isForbidden(InetAddress.getByName(address))).isEqualTo(forbidden);
  }

  @Test
  void credentials_that_do_not_fit_the_address_are_told() {
    assertThatThrownBy(() -> mirrors.fetch(SHOP, upstream.url(), GOOD))
        .hasMessageContaining("https addresses only");
  }

  private CloneUrl url() {
    return server.url("shop");
  }
}
