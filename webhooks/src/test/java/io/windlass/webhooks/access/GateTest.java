package io.windlass.webhooks.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GateTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir private Path data;
  private AdminToken admin;
  private String token;
  private Sessions sessions;
  private Gate gate;

  @BeforeEach
  void open() throws Exception {
    admin = AdminToken.in(data);
    token = Files.readString(data.resolve("admin-token")).strip();
    sessions = new Sessions(admin, InstantSource.fixed(NOW));
    gate = new Gate(admin, sessions, URI.create("https://windlass.example.com"), "127.0.0.1");
  }

  @Test
  void theTokensFileIsForItsOwnerOnlyAndIsKept() throws Exception {
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(data.resolve("admin-token"))))
        .isEqualTo("rw-------");
    assertThat(AdminToken.in(data).matches(token)).isTrue();
  }

  @Test
  void aTokenFileThatOthersCanReadIsRefused() throws Exception {
    Files.setPosixFilePermissions(
        data.resolve("admin-token"), PosixFilePermissions.fromString("rw-r--r--"));

    assertThatThrownBy(() -> AdminToken.in(data))
        .hasMessageContaining("rw-r--r--")
        .hasMessageContaining("chmod 600");
  }

  @Test
  void theTokenOpensAndAnotherDoesNot() {
    assertThat(gate.decide(bearer("POST", token))).isEqualTo(new Gate.Verdict.Open());
    assertThat(gate.decide(bearer("GET", token + "x"))).isEqualTo(new Gate.Verdict.Unknown());
    assertThat(gate.decide(bearer("GET", ""))).isEqualTo(new Gate.Verdict.Unknown());
  }

  @Test
  void aSessionOpensUntilItEnds() {
    String cookie = sessions.open(token).orElseThrow();
    Sessions later = new Sessions(admin, InstantSource.fixed(NOW.plus(Sessions.LIFETIME)));

    assertThat(sessions.open("guess")).isEmpty();
    assertThat(sessions.valid(cookie)).isTrue();
    assertThat(later.valid(cookie)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"9999999999.00", "x.y", ".", "''", "99999999999999999999.ab", "9999999999"})
  void aSessionThatWeDidNotSealIsNone(String cookie) {
    assertThat(sessions.valid(cookie)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "GET, , , Open",
    "GET, cross-site, , Open",
    "POST, same-origin, , Open",
    "POST, none, , Open",
    "POST, cross-site, , Refused",
    "POST, same-site, , Refused",
    "POST, , , Refused",
    "POST, , https://windlass.example.com, Open",
    "POST, , https://evil.example.com, Refused",
    "DELETE, , null, Refused",
  })
  void aChangeByCookieMustComeFromOurOwnPages(
      String method, String site, String origin, String expected) {
    Gate.Asked asked =
        new Gate.Asked(
            method,
            "windlass.example.com",
            Optional.empty(),
            sessions.open(token),
            Optional.ofNullable(site),
            Optional.ofNullable(origin));

    assertThat(gate.decide(asked).getClass().getSimpleName()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "windlass.example.com, Open",
    "WINDLASS.example.com:443, Open",
    "127.0.0.1:8080, Open",
    "[::1]:8080, Open",
    "evil.example.com, Refused",
    "'', Refused",
  })
  void aHostThatIsNotOursIsRefused(String host, String expected) {
    Gate.Asked asked =
        new Gate.Asked(
            "GET",
            host,
            Optional.empty(),
            sessions.open(token),
            Optional.empty(),
            Optional.empty());

    assertThat(gate.decide(asked).getClass().getSimpleName()).isEqualTo(expected);
  }

  @Test
  void theTokenOpensUnderTheAddressOfAPodAndAnotherTokenIsToldOfTheHost() {
    var asked =
        List.of(token, token + "x").stream()
            .map(bearer ->
                new Gate.Asked(
                    "GET",
                    "10.1.2.3:8080",
                    Optional.of("Bearer " + bearer),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()));

    assertThat(asked.map(gate::decide).map(verdict -> verdict.getClass().getSimpleName()))
        .containsExactly("Open", "Refused");
  }

  private static Gate.Asked bearer(String method, String token) {
    return new Gate.Asked(
        method,
        "127.0.0.1",
        Optional.of("Bearer " + token),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
