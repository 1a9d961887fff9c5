package io.windlass.engine.image.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.windlass.engine.image.Digest;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Images on this machine, by digest.
 *
 * <p>A blob is under its name when it is whole, of its digest and synced, and not before; an image
 * is there when its record and all its blobs are. So a crash at any moment leaves at worst
 * something that nobody names, which {@link #collect} removes. Thread-safe, and several processes
 * may have the same directory open.
 *
 * <pre>
 * blobs/sha256/HEX    layers, configurations and manifests
 * images/HEX          an {@link ImageRecord}; its time is when it was last used
 * layers/KEY          what a layer of that content came out as
 * tmp/                being written
 * </pre>
 */
public final class ContentStore {

  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private final Path dir;
  private final StoreLimits limits;
  private final InstantSource clock;
  private final StoreLock lock;

  private ContentStore(Path dir, StoreLimits limits, InstantSource clock) {
    this.dir = dir;
    this.limits = limits;
    this.clock = clock;
    this.lock = StoreLock.of(dir.resolve("lock"));
  }

  /** Opens the store in a directory, and makes it where it is not there yet. */
  public static ContentStore open(Path dir, StoreLimits limits, InstantSource clock)
      throws ImageException {
    try {
      for (String part : new String[] {"blobs/sha256", "images", "layers", "tmp"}) {
        Files.createDirectories(dir.resolve(part));
      }
      Path layout = dir.resolve("oci-layout");
      if (Files.notExists(layout)) {
        Files.writeString(layout, "{\"imageLayoutVersion\":\"1.0.0\"}\n");
      }
      return new ContentStore(dir.toRealPath(), limits, clock);
    } catch (IOException e) {
      throw ImageException.of("open the content store", dir, e);
    }
  }

  /** Whether the image and everything that it takes to run it are here. */
  public boolean exists(String digest) {
    try {
      return record(new Digest(digest)).isPresent();
    } catch (ImageException e) {
      return false;
    }
  }

  /** How an image is to be run; counts as a use. */
  public StoredImage image(String digest) throws ImageException {
    ImageRecord record = need(new Digest(digest));
    touch(new Digest(digest));
    try (InputStream config = open(record.config())) {
      return StoredImage.read(record, JSON.readTree(config.readAllBytes()));
    } catch (IOException e) {
      throw new ImageException(
          Kind.BAD_CONTENT,
          "Tried to read how image \"%s\" starts but %s; build or pull it again"
              .formatted(digest, e.getMessage()),
          e);
    }
  }

  /** A blob's content; the stream fails at its end when the content is not of that digest. */
  public InputStream open(String digest) throws ImageException {
    Digest blob = new Digest(digest);
    try {
      return new VerifiedStream(Files.newInputStream(blob(blob)), blob);
    } catch (NoSuchFileException e) {
      throw notFound(digest, e);
    } catch (IOException e) {
      throw ImageException.of("open blob " + digest, dir, e);
    }
  }

  /**
   * Unpacks an image's layers into a directory, which is there when this returns, whole and synced.
   *
   * <p>May be called again, and by several at once: a directory that is there is taken as it is. So
   * use a directory for one digest only, named after it.
   *
   * @return the directory
   */
  public Path unpack(String digest, Path target) throws ImageException, InterruptedException {
    try (StoreLock.Held _ = share()) {
      StoredImage image = image(digest);
      return new Unpacking(this, limits, clock).unpack(need(new Digest(digest)), image, target);
    } catch (ImageException e) {
      throw unlessInterrupted(e);
    }
  }

  /**
   * Removes the least recently used images that are not live until the blobs fit a budget, and
   * blobs that no image names. What was stored or used within {@link StoreLimits#grace} stays, as
   * does everything while something is being built, pulled or unpacked.
   *
   * @param live digests of the images that must stay, however much they take
   */
  public Collected collect(Set<String> live, long budgetBytes) throws ImageException {
    try {
      Optional<StoreLock.Held> alone = lock.tryAlone();
      if (alone.isEmpty()) {
        return new Collected(0, 0, 0, true);
      }
      try (StoreLock.Held _ = alone.get()) {
        return new Collection(this, dir, clock.instant().minus(limits.grace()))
            .run(live, budgetBytes);
      }
    } catch (IOException e) {
      throw ImageException.of("collect old images", dir, e);
    }
  }

  /** Keeps collecting away until closed; for whoever adds blobs that no record names yet. */
  public Use use() throws ImageException, InterruptedException {
    StoreLock.Held held = share();
    return held::close;
  }

  /** A channel that an interrupt closed fails like a broken disk; this tells the two apart. */
  public static ImageException unlessInterrupted(ImageException failure)
      throws InterruptedException {
    if (Thread.interrupted()) {
      InterruptedException interrupted =
          new InterruptedException("interrupted while reading or writing");
      interrupted.addSuppressed(failure);
      throw interrupted;
    }
    return failure;
  }

  /** Being in use; close it in the thread's own finally. */
  public interface Use extends AutoCloseable {
    @Override
    void close();
  }

  /** Whether a blob is here. */
  public boolean has(Digest blob) {
    return Files.exists(blob(blob));
  }

  /** Where a blob is, or would be. Never write there. */
  public Path blob(Digest blob) {
    return dir.resolve("blobs/sha256").resolve(blob.hex());
  }

  /** Stores a small content. Like all that stores: only while {@link #use() in use}. */
  public Digest put(byte[] content) throws ImageException {
    Digest digest = Digest.of(content);
    if (!has(digest)) {
      try {
        store(out -> out.write(content), Optional.of(digest));
      } catch (IOException e) {
        throw ImageException.of("store a blob", dir, e);
      }
    }
    return digest;
  }

  /** Something that writes a blob's bytes. */
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Stores what is written, under its own digest.
   *
   * @param expected refused when it turns out to be another
   * @throws IOException the content's own, as it threw it; the disk's are ImageExceptions
   */
  public Digest store(Content content, Optional<Digest> expected)
      throws ImageException, IOException {
    MessageDigest sum = Digest.sha256();
    try {
      Disk.Written<Boolean> written =
          Disk.write(
              dir.resolve("tmp"),
              out -> {
                write(content, new DigestOutputStream(out, sum));
                return true;
              });
      Digest digest = Digest.from(sum);
      if (expected.isPresent() && !expected.get().equals(digest)) {
        Files.delete(written.file());
        throw new ImageException(
            Kind.BAD_CONTENT,
            "Tried to store blob \"%s\" but what came has the digest \"%s\"; get it again"
                .formatted(expected.get(), digest));
      }
      Files.setLastModifiedTime(written.file(), FileTime.from(clock.instant()));
      Disk.name(written.file(), blob(digest));
      return digest;
    } catch (SourceFailed e) {
      throw e.source;
    } catch (IOException e) {
      throw ImageException.of("store a blob", dir, e);
    }
  }

  private void write(Content content, OutputStream out) throws IOException {
    try {
      content.writeTo(new LimitedOutput(out, limits.blobBytes()));
    } catch (LimitedOutput.Failed e) {
      throw e;
    } catch (IOException e) {
      throw new SourceFailed(e);
    }
  }

  /** Not the disk's fault. */
  private static final class SourceFailed extends IOException {
    private static final long serialVersionUID = 1L;
    private final IOException source;

    SourceFailed(IOException source) {
      super(source);
      this.source = source;
    }
  }

  /**
   * Makes an image known, once its blobs are here; counts as a use. When this returns, a power cut
   * takes neither the record nor a blob away: their names are synced here and together, since a
   * blob's content was synced before it got its name, and a name that is lost is only made again.
   */
  public void add(ImageRecord image) throws ImageException {
    Digest digest = new Digest(image.digest());
    if (record(digest).filter(image::equals).isEmpty()) {
      write(digest, image);
      try {
        Disk.sync(dir.resolve("blobs/sha256"));
        Disk.sync(dir.resolve("images"));
      } catch (IOException e) {
        throw ImageException.of("sync the content store", dir, e);
      }
    }
    touch(digest);
  }

  /** The parts of an image, where it is here whole. */
  public Optional<ImageRecord> record(Digest digest) throws ImageException {
    return written(digest).filter(record -> record.blobs().allMatch(this::has));
  }

  /** A record, whether or not its blobs are here. */
  Optional<ImageRecord> written(Digest digest) throws ImageException {
    Path file = recordFile(digest);
    try {
      return Optional.of(JSON.readValue(Files.readAllBytes(file), ImageRecord.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** What a layer of this content came out as, where its blob is still here. */
  public Optional<ImageRecord.Layer> layer(Digest key) throws ImageException {
    Path file = layerFile(key);
    try {
      ImageRecord.Layer layer = JSON.readValue(Files.readAllBytes(file), ImageRecord.Layer.class);
      return Optional.of(layer).filter(known -> has(new Digest(known.digest())));
    } catch (NoSuchFileException | JsonProcessingException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /**
   * Remembers what a layer of this content came out as. Not synced: what a power cut leaves empty
   * counts as not there, and the layer is made again.
   */
  public void remember(Digest key, ImageRecord.Layer layer) throws ImageException {
    Path file = dir.resolve("tmp").resolve(UUID.randomUUID().toString());
    try {
      Files.write(file, JSON.writeValueAsBytes(layer), StandardOpenOption.CREATE_NEW);
      Disk.name(file, layerFile(key));
    } catch (IOException e) {
      throw ImageException.of("remember a layer", dir, e);
    }
  }

  private ImageRecord need(Digest digest) throws ImageException {
    return record(digest).orElseThrow(() -> notFound(digest.text(), null));
  }

  private StoreLock.Held share() throws ImageException, InterruptedException {
    try {
      return lock.share();
    } catch (IOException e) {
      throw ImageException.of("lock the content store", dir, e);
    }
  }

  private void touch(Digest digest) throws ImageException {
    try {
      Files.setLastModifiedTime(recordFile(digest), FileTime.from(clock.instant()));
    } catch (IOException e) {
      throw ImageException.of("note a use of image " + digest, dir, e);
    }
  }

  private Path layerFile(Digest key) {
    return dir.resolve("layers").resolve(key.hex());
  }

  private Path recordFile(Digest digest) {
    return dir.resolve("images").resolve(digest.hex());
  }

  private void write(Digest digest, ImageRecord image) throws ImageException {
    try {
      byte[] json = JSON.writeValueAsBytes(image);
      Disk.Written<Boolean> written =
          Disk.write(
              dir.resolve("tmp"),
              out -> {
                out.write(json);
                return true;
              });
      Disk.name(written.file(), recordFile(digest));
    } catch (IOException e) {
      throw ImageException.of("write a record", dir, e);
    }
  }

  private ImageException unreadable(Path file, IOException cause) {
    return ImageException.of("read the record \"" + file.getFileName() + "\"", dir, cause);
  }

  private static ImageException notFound(
      String digest, @org.jspecify.annotations.Nullable IOException cause) {
    String message =
        "Tried to find \"%s\" in the content store but it is not there; build or pull it again"
            .formatted(digest);
    return cause == null
        ? new ImageException(Kind.NOT_FOUND, message)
        : new ImageException(Kind.NOT_FOUND, message, cause);
  }
}
