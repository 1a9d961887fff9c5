package io.windlass.engine.manifest;

import com.google.common.io.ByteStreams;
import io.windlass.engine.image.Digest;
import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.Tx;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Rendered manifests, each kept once under the hash of its text. Thread-safe. */
public final class ManifestTexts {
  /** Of one environment; a cluster keeps about as much of a release, packed. */
  public static final int MOST_BYTES = 1 << 20;

  private static final String NAMED_BY_NONE =
      " AND NOT EXISTS (SELECT 1 FROM environment_release WHERE body LIKE '%' || manifest_text.hash || '%')";

  private final Database database;

  public ManifestTexts(Database database) {
    this.database = database;
  }

  /**
   * Keeps a text of at most {@link #MOST_BYTES}.
   *
   * @param now a text that is kept again is as new as one that was not there
   * @return its hash, {@code sha256:...}
   */
  public String keep(String text, Instant now) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MOST_BYTES) {
      throw new IllegalArgumentException(
          "Tried to keep manifests of "
              + bytes.length
              + " bytes but at most "
              + MOST_BYTES
              + " are");
    }
    String hash = Digest.of(bytes).toString();
    database.run(tx ->
        tx.update(
            "INSERT INTO manifest_text (hash, body, kept) VALUES (?, ?, ?)"
                + " ON CONFLICT (hash) DO UPDATE SET kept = excluded.kept",
            hash,
            pack(bytes),
            now));
    return hash;
  }

  /** The text of a hash. */
  public Optional<String> find(String hash) {
    return database.read(tx ->
        tx.handle()
            .createQuery("SELECT body FROM manifest_text WHERE hash = :hash")
            .bind("hash", hash)
            .mapTo(String.class)
            .findOne()
            .map(ManifestTexts::unpack));
  }

  /**
   * Forgets what was kept before a time, and says how much: nothing that a release names.
   *
   * @param needed hashes of deployments that have no release yet
   */
  public int forget(Instant before, Set<String> needed) {
    return database.removeInParts(
        (tx, most) ->
            old(tx, before).stream().filter(h -> !needed.contains(h)).limit(most).toList(),
        (tx, hash) ->
            tx.update(
                "DELETE FROM manifest_text WHERE hash = ? AND kept < ?" + NAMED_BY_NONE,
                hash,
                before));
  }

  private static List<String> old(Tx tx, Instant before) {
    return tx.handle()
        .createQuery("SELECT hash FROM manifest_text WHERE kept < :before" + NAMED_BY_NONE)
        .bind("before", before)
        .mapTo(String.class)
        .list();
  }

  private static String pack(byte[] text) {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(text);
    } catch (IOException e) {
      throw new UncheckedIOException("Memory takes every text", e);
    }
    return Base64.getEncoder().encodeToString(packed.toByteArray());
  }

  private static String unpack(String body) {
    var packed = new ByteArrayInputStream(Base64.getDecoder().decode(body));
    try (var gzip = ByteStreams.limit(new GZIPInputStream(packed), MOST_BYTES)) {
      return new String(gzip.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Tried to read stored manifests but they are damaged; restore the database from a copy",
          e);
    }
  }
}
