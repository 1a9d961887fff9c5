package io.windlass.webhooks.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminTokenTest {
  @TempDir Path data;

  @Test
  void aServerThatWasKilledWhileItMadeTheTokenStartsAgain() throws Exception {
    Files.createFile(data.resolve("admin-token.part"));

    AdminToken token = AdminToken.in(data);

    Path file = data.resolve("admin-token");
    assertThat(token.matches(Files.readString(file).strip())).isTrue();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(data.resolve("admin-token.part")).doesNotExist();
  }

  @Test
  void theTokenStaysTheSameOverStarts() throws Exception {
    AdminToken.in(data);
    String first = Files.readString(data.resolve("admin-token"));

    assertThat(AdminToken.in(data).matches(first.strip())).isTrue();
  }
}
