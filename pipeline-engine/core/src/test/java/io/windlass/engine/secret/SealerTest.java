package io.windlass.engine.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealerTest {
  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("keys");
  }

  @Test
  void opensWhatItSealedAlsoAfterARestart() {
    var sealed = Sealer.open(file).seal(SecretValue.of("hunter2"), "a");

    assertThat(Sealer.open(file).open(sealed, "a").reveal()).isEqualTo("hunter2");
    assertThat(sealed.toString()).doesNotContain("hunter2");
  }

  @Test
  void sealsTheSameValueDifferentlyEachTime() {
    var sealer = Sealer.open(file);

    assertThat(sealer.seal(SecretValue.of("x"), "a"))
        .isNotEqualTo(sealer.seal(SecretValue.of("x"), "a"));
  }

  @Test
  void doesNotOpenAValueThatWasSealedForSomethingElse() {
    var sealer = Sealer.open(file);
    var sealed = sealer.seal(SecretValue.of("hunter2"), "staging");

    assertThatThrownBy(() -> sealer.open(sealed, "production"))
        .isInstanceOf(SecretException.class)
        .hasMessageContaining("sealed for something else");
  }

  @Test
  void doesNotOpenAValueOfWhichABitWasChanged() {
    var sealer = Sealer.open(file);
    var sealed = sealer.seal(SecretValue.of("hunter2"), "a");
    char changed = sealed.text().charAt(20) == 'A' ? 'B' : 'A';
    var other =
        new Sealer.Sealed(
            sealed.keyId(), sealed.text().substring(0, 20) + changed + sealed.text().substring(21));

    assertThatThrownBy(() -> sealer.open(other, "a")).isInstanceOf(SecretException.class);
  }

  @Test
  void makesTheKeyFileForItsOwnerAloneAndRefusesOneThatOthersCanRead() throws IOException {
    Sealer.open(file);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");

    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

    assertThatThrownBy(() -> Sealer.open(file))
        .isInstanceOf(SecretException.class)
        .hasMessageContaining("chmod 600");
  }

  @Test
  void opensOldValuesWithAnOldKeyAndSealsNewOnesWithTheFirst() throws IOException {
    var old = Sealer.open(file).seal(SecretValue.of("hunter2"), "a");
    Path other = directory.resolve("other");
    Sealer.open(other);
    Files.writeString(file, Files.readString(other) + Files.readString(file));

    var sealer = Sealer.open(file);

    assertThat(sealer.open(old, "a").reveal()).isEqualTo("hunter2");
    assertThat(sealer.seal(SecretValue.of("x"), "a").keyId()).isNotEqualTo(old.keyId());
  }

  @Test
  void saysWhichKeyIsMissing() {
    var sealed = Sealer.open(file).seal(SecretValue.of("hunter2"), "a");

    assertThatThrownBy(() -> Sealer.open(directory.resolve("other")).open(sealed, "a"))
        .isInstanceOf(SecretException.class)
        .hasMessageContaining("'" + sealed.keyId() + "' is not in");
  }

  @Test
  void refusesADamagedKeyFile() throws IOException {
    Sealer.open(file);
    Files.writeString(file, "12345678 tooshort\n");

    assertThatThrownBy(() -> Sealer.open(file))
        .isInstanceOf(SecretException.class)
        .hasMessageContaining("32 bytes");
  }
}
