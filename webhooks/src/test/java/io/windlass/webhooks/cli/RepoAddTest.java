package io.windlass.webhooks.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Whose the files are that {@code windlass repo add} makes. */
class RepoAddTest {
  /** Of nobody in particular. */
  private static final int SERVER = 65534;

  @TempDir Path directory;
  private final StringWriter err = new StringWriter();

  private void add() {
    CommandLine main = Main.commandLine();
    main.setOut(new PrintWriter(new StringWriter(), true));
    main.setErr(new PrintWriter(err, true));
    int code = main.execute("repo", "add", "acme/shop", "--config", config().toString());
    assertThat(code).as(err.toString()).isZero();
  }

  private Path config() {
    return directory.resolve("server.yaml");
  }

  private Path secret() {
    return directory.resolve("acme-shop.secret");
  }

  @Test
  void whatIsNewIsClosedToOthers() throws IOException {
    add();

    assertThat(rights(config())).isEqualTo("rw-------");
    assertThat(rights(secret())).isEqualTo("rw-------");
    assertThat(Files.readString(secret())).matches("[0-9a-f]{64}\n");
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactlyInAnyOrder(config(), secret());
    }
  }

  @Test
  void inTheFolderOfAServerThatIsNotRootTheFilesAreTheServers() throws IOException {
    assumeRoot();
    give(directory);

    add();

    assertThat(owner(config())).isEqualTo(SERVER + ":" + SERVER);
    assertThat(owner(secret())).isEqualTo(SERVER + ":" + SERVER);
  }

  @Test
  void theSecretBelongsToWhomTheServersFileBelongs() throws IOException {
    assumeRoot();
    add();
    Files.delete(secret());
    Files.writeString(config(), Files.readString(config()).replace("acme/shop", "acme/old"));
    give(config());
    Files.setPosixFilePermissions(config(), PosixFilePermissions.fromString("rw-r-----"));

    add();

    assertThat(owner(config())).isEqualTo(SERVER + ":" + SERVER);
    assertThat(rights(config())).isEqualTo("rw-r-----");
    assertThat(owner(secret())).isEqualTo(SERVER + ":" + SERVER);
    assertThat(rights(secret())).isEqualTo("rw-------");
  }

  @Test
  void aSecretThatIsThereIsLeftAlone() throws IOException {
    Files.writeString(secret(), "mine");
    Files.setPosixFilePermissions(secret(), PosixFilePermissions.fromString("rw-------"));

    add();

    assertThat(secret()).hasContent("mine");
  }

  @Test
  void anEditKeepsTheLinkToTheServersFile() throws IOException {
    Path file = Files.writeString(directory.resolve("elsewhere.yaml"), "old");
    Path link = Files.createSymbolicLink(config(), file);

    OwnedFile.write(link, "new", link);

    assertThat(link).isSymbolicLink();
    assertThat(file).hasContent("new");
  }

  private static void assumeRoot() throws IOException {
    assumeTrue(
        Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")),
        "only root can give files away");
  }

  private static void give(Path file) throws IOException {
    Files.setAttribute(file, "unix:uid", SERVER);
    Files.setAttribute(file, "unix:gid", SERVER);
  }

  private static String owner(Path file) throws IOException {
    return Files.getAttribute(file, "unix:uid") + ":" + Files.getAttribute(file, "unix:gid");
  }

  private static String rights(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
