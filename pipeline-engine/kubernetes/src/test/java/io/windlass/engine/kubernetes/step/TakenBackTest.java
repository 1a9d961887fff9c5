package io.windlass.engine.kubernetes.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.hash.Hashing;
import io.windlass.engine.kubernetes.step.DiskSpace.ShortException;
import io.windlass.engine.kubernetes.step.WorkspaceArchive.OversizedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A workspace goes into a pod and comes back, with the machine's own tar at the other end. */
final class TakenBackTest {
  private static final WorkspaceBounds BOUNDS = new WorkspaceBounds(1 << 20, 100_000, 300_000, 20);

  private static final DiskSpace ROOMY = new DiskSpace(() -> 1, 1);

  private static final String WITH_GZIP = "";

  /** The shell then says that there is none. */
  private static final String WITHOUT_GZIP = "command() { false; }; ";

  @TempDir private Path folder;
  private Path workspace;
  private DiskSpace disk = ROOMY;
  private Path pod;

  @BeforeEach
  void makeWorkspace() throws Exception {
    workspace = Files.createDirectory(folder.resolve("workspace"));
    pod = Files.createDirectory(folder.resolve("pod"));
    write("kept.txt", "kept");
    write("changed.txt", "old");
    write("removed/inner.txt", "gone soon");
    write("mvnw", "#!/bin/sh\n");
    Files.setAttribute(workspace.resolve("mvnw"), "unix:mode", 0755);
    Files.createSymbolicLink(workspace.resolve("link"), Path.of("kept.txt"));
  }

  @Test
  void allOfItIsInThePod() throws Exception {
    send();

    assertThat(inPod("kept.txt")).hasContent("kept");
    assertThat(inPod("mvnw")).isExecutable();
    assertThat(Files.readSymbolicLink(inPod("link"))).isEqualTo(Path.of("kept.txt"));
  }

  @Test
  void whatTheStepMadeChangedAndRemovedComesBack() throws Exception {
    send();
    shell("echo new > changed.txt; mkdir -p out/deep; echo made > out/deep/file; rm -r removed");
    shell("chmod 700 kept.txt; rm link; ln -s mvnw link; ln out/deep/file out/twin");

    take();

    assertThat(workspace.resolve("changed.txt")).hasContent("new");
    assertThat(workspace.resolve("out/deep/file")).hasContent("made");
    assertThat(workspace.resolve("out/twin")).hasContent("made");
    assertThat(workspace.resolve("removed")).doesNotExist();
    assertThat(workspace.resolve("kept.txt")).isExecutable();
    assertThat(Files.readSymbolicLink(workspace.resolve("link"))).isEqualTo(Path.of("mvnw"));
  }

  @Test
  void whatAnotherStepWroteMeanwhileStays() throws Exception {
    send();
    shell("echo mine > mine.txt");
    write("kept.txt", "changed by another");
    write("theirs.txt", "theirs");

    take();

    assertThat(workspace.resolve("mine.txt")).hasContent("mine");
    assertThat(workspace.resolve("kept.txt")).hasContent("changed by another");
    assertThat(workspace.resolve("theirs.txt")).hasContent("theirs");
  }

  @Test
  void aStreamThatBreaksOffChangesNothing() throws Exception {
    send();
    shell("echo new > changed.txt; head -c 100000 /dev/zero > large; echo z > z.txt");
    byte[] stream = stream();

    assertThatThrownBy(() -> take(java.util.Arrays.copyOf(stream, stream.length / 2)))
        .isInstanceOf(IOException.class);

    assertThat(workspace.resolve("changed.txt")).hasContent("old");
    assertThat(workspace.resolve("large")).doesNotExist();
    assertThat(folder.resolve("aside")).doesNotExist();
  }

  @Test
  void aDiskThatIsShortTakesNothingAndChangesNothing() throws Exception {
    send();
    shell("echo new > changed.txt");
    disk = new DiskSpace(() -> 0, 1);

    assertThatThrownBy(this::take).isInstanceOf(ShortException.class);
    assertThat(workspace.resolve("changed.txt")).hasContent("old");
    assertThat(folder.resolve("aside")).doesNotExist();
  }

  @Test
  void copiesOfWhatIsThereAreAskedForToo() throws Exception {
    send();
    shell("ln kept.txt twin; ln kept.txt triplet");
    var files = new AtomicInteger(4); // that come with bytes of their own
    disk = new DiskSpace(() -> files.getAndDecrement() > 0 ? 1 : 0, 1);

    assertThatThrownBy(this::take).isInstanceOf(ShortException.class);
  }

  @Test
  void theWorkspaceIsChangedOnlyUnderTheLock() throws Exception {
    send();
    shell("echo new > changed.txt");
    Path changed = workspace.resolve("changed.txt");
    List<String> seen = new ArrayList<>();

    take(
        stream(),
        new ReentrantLock(),
        new Marked(
            () -> seen.add(Files.readString(changed)), () -> seen.add(Files.readString(changed))));

    assertThat(seen).containsExactly("old", "new\n");
  }

  @Test
  void oneIsTakenBackAfterTheOtherFromItsFirstByteToItsLastChange() throws Exception {
    send();
    shell("echo new > changed.txt");
    Path changed = workspace.resolve("changed.txt");
    byte[] all = stream();
    var stream = new ByteArrayInputStream(all);
    List<Object> seen = new ArrayList<>();

    TakenBack.take(
        workspace,
        folder.resolve("aside"),
        stream,
        indexOf(all),
        BOUNDS,
        ROOMY,
        new Marked(() -> seen.add(stream.available()), () -> seen.add(Files.readString(changed))),
        new ReentrantLock());

    assertThat(seen).containsExactly(all.length, "new\n");
  }

  @Test
  void theWorkspaceIsReadOnlyUnderTheLock() throws Exception {
    var lock =
        new Marked(
            () -> write("before.txt", "by another, just before"),
            () -> write("after.txt", "by another, right after"));
    var archive = new ByteArrayOutputStream();

    WorkspaceArchive.pack(workspace, List.of(), BOUNDS, archive, folder.resolve("index"), lock);
    run(archive.toByteArray(), "tar", "-xpf", "-", "-C", pod.toString());

    assertThat(inPod("before.txt")).exists();
    assertThat(inPod("after.txt")).doesNotExist();
  }

  @Test
  void aFileThatIsToLieOutsideIsRefused() throws Exception {
    for (String name : List.of("../outside", "/etc/outside", "a/../../outside")) {
      assertThatThrownBy(() -> take(hostile(new TarArchiveEntry(name, true))))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("outside");
    }
  }

  @Test
  void aFileOverALinkThatLeadsOutsideIsRefused() throws Exception {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    var link = new TarArchiveEntry("way", TarConstants.LF_SYMLINK);
    link.setLinkName(outside.toString());

    assertThatThrownBy(() -> take(hostile(link, new TarArchiveEntry("way/file"))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("leads over");

    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void aHardLinkToWhatIsNotInTheStreamGivesNothing() throws Exception {
    var link = new TarArchiveEntry("stolen", TarConstants.LF_LINK);
    link.setLinkName("/etc/passwd");

    assertThatThrownBy(() -> take(hostile(link))).isInstanceOf(IOException.class);
    assertThat(workspace.resolve("stolen")).doesNotExist();
  }

  @Test
  void aWorkspaceThatHasGrownTooLargeIsRefused() throws Exception {
    send();
    shell("head -c 2000000 /dev/zero > large");

    assertThatThrownBy(this::take).isInstanceOf(OversizedException.class);
  }

  @Test
  void aWorkspaceThatIsTooLargeIsNotSent() throws Exception {
    Files.write(workspace.resolve("large"), new byte[2_000_000]);

    assertThatThrownBy(this::send).isInstanceOf(OversizedException.class);
  }

  @Test
  void aFileThatIsTooLargeIsRefusedBeforeItComes() throws Exception {
    var huge = new TarArchiveEntry("huge");
    huge.setSize(2L << 40);
    var stream = new ByteArrayOutputStream();
    stream.write("2\n{}".getBytes(StandardCharsets.UTF_8));
    var tar = new TarArchiveOutputStream(stream);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.putArchiveEntry(huge); // and not a byte of it

    assertThatThrownBy(() -> take(stream.toByteArray())).isInstanceOf(OversizedException.class);
  }

  @Test
  void filesOfHolesOnlyCountAsLargeAsTheyAre() throws Exception {
    send();
    shell("truncate -s 1G hollow");
    byte[] sparse =
        run(
            new byte[0],
            "sh",
            "-c",
            "cd \"$0\" && printf '2\\n{}' && tar -cSf - hollow",
            pod.resolve("workspace").toString());

    assertThatThrownBy(() -> take(sparse)).isInstanceOf(OversizedException.class);
  }

  @Test
  void emptyFilesCountToo() throws Exception {
    TarArchiveEntry[] many =
        IntStream.range(0, 1100)
            .mapToObj(i -> new TarArchiveEntry("empty-" + i))
            .toArray(TarArchiveEntry[]::new);

    assertThatThrownBy(() -> take(hostile(many))).isInstanceOf(OversizedException.class);
  }

  @Test
  void aNameWithoutEndIsRefused() throws Exception {
    byte[] stream = hostile(new TarArchiveEntry("n".repeat(100_000)));

    assertThatThrownBy(() -> take(stream)).hasMessageContaining("more than it announced");
  }

  @Test
  void anIndexThatIsTooLongIsRefused() {
    byte[] stream = "100001\n".getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> take(stream)).hasMessageContaining("an index of");
  }

  @Test
  void anIndexOfMoreFilesThanThereIsMemoryForIsRefused() {
    String item = "{\"kind\":\"folder\",\"content\":\"\",\"mode\":448}";
    String index =
        IntStream.range(0, 1500)
            .mapToObj(i -> "\"%d\":%s".formatted(i, item))
            .collect(Collectors.joining(",", "{", "}"));
    byte[] stream = (index.length() + "\n" + index).getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> take(stream))
        .isInstanceOf(OversizedException.class)
        .hasMessageContaining("too many files");
  }

  @Test
  void anIndexWithWhatIsNoItemIsRefusedBeforeAnythingIsRemoved() {
    String hash = "0".repeat(64);
    String removed =
        "\"kept.txt\":{\"kind\":\"file\",\"content\":\"%s\",\"mode\":420}".formatted(hash);
    for (String item :
        List.of(
            "\"x\":null",
            "\"x\":{}",
            "\"x\":7",
            "\"x\":{\"kind\":\"pipe\",\"content\":\"\",\"mode\":0}",
            "\"x\":{\"kind\":\"file\",\"content\":\"short\",\"mode\":0}",
            "\"x\":{\"kind\":\"folder\",\"content\":\"what\",\"mode\":0}",
            "\"../x\":{\"kind\":\"link\",\"content\":\"\",\"mode\":0}",
            "\"x\\u0000\":{\"kind\":\"link\",\"content\":\"\",\"mode\":0}",
            "\"\":{\"kind\":\"link\",\"content\":\"\",\"mode\":0}",
            removed)) {
      for (String index :
          List.of("{%s,%s}".formatted(removed, item), "{%s,%s}".formatted(item, removed))) {
        byte[] stream = (index.length() + "\n" + index).getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> take(stream)).as(index).isInstanceOf(IOException.class);
      }
    }
    assertThat(workspace.resolve("kept.txt")).hasContent("kept");
  }

  @Test
  void anIndexThatThePodWasNotGivenRemovesNothing() throws Exception {
    String sent = send();
    write("result.txt", "by a step beside it");
    shell("rm -r removed");
    Path index = pod.resolve(StepNames.CONTROL.substring(1)).resolve("index.json");
    String item =
        ",\"result.txt\":{\"kind\":\"file\",\"content\":\"%s\",\"mode\":420}}"
            .formatted("0".repeat(64));
    Files.writeString(index, Files.readString(index).replaceFirst("}$", item));

    assertThatThrownBy(() -> take(stream(), Set.of(sent), new ReentrantLock(), new ReentrantLock()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("an index that it was not given");

    assertThat(workspace.resolve("result.txt")).hasContent("by a step beside it");
    assertThat(workspace.resolve("removed/inner.txt")).exists();
  }

  @Test
  void eachIndexThatWasSentIsTaken() throws Exception {
    String first = send();
    write("another.txt", "by a step beside it");
    String second = pack(List.of(), BOUNDS, OutputStream.nullOutputStream());
    shell("echo new > changed.txt");

    take(stream(), Set.of(first, second), new ReentrantLock(), new ReentrantLock());

    assertThat(first).isNotEqualTo(second);
    assertThat(workspace.resolve("changed.txt")).hasContent("new");
    assertThat(workspace.resolve("another.txt")).exists();
  }

  @Test
  void whatTheStepHasRemovedIsNotRemovedOverALinkThatLeadsOutside() throws Exception {
    send();
    shell("rm -r removed");
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("inner.txt"), "not of the workspace");
    Files.move(workspace.resolve("removed"), folder.resolve("moved"));
    Files.createSymbolicLink(workspace.resolve("removed"), outside);

    assertThatThrownBy(this::take).hasMessageContaining("leads over");

    assertThat(outside.resolve("inner.txt")).exists();
  }

  @Test
  void anIndexThatIsNoneIsRefused() {
    for (String index : List.of("", "[]", "null", "{", "{\"x\"")) {
      byte[] stream = (index.length() + "\n" + index).getBytes(StandardCharsets.UTF_8);

      assertThatThrownBy(() -> take(stream)).as(index).isInstanceOf(IOException.class);
    }
  }

  @Test
  void anIndexWithoutItsLengthIsRefused() {
    for (String stream : List.of("", "12", "-1\n", "twelve\n{}", "1".repeat(100))) {
      assertThatThrownBy(() -> take(stream.getBytes(StandardCharsets.UTF_8)))
          .as(stream)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("index");
    }
  }

  @Test
  void aWorkspaceWithTooManyFilesIsNotSent() throws Exception {
    for (int i = 0; i < 1000; i++) {
      write("many/" + i, "");
    }
    var shortList = new WorkspaceBounds(1 << 30, 100_000, 1 << 20, 20);
    var littleMemory = new WorkspaceBounds(1 << 30, 1 << 20, 100_000, 20);

    for (WorkspaceBounds bounds : List.of(shortList, littleMemory)) {
      assertThatThrownBy(() -> pack(bounds))
          .isInstanceOf(OversizedException.class)
          .hasMessageContaining("too many files");
    }
  }

  @Test
  void namesOfFilesThatComeBackCountToo() throws Exception {
    var many =
        IntStream.range(0, 800)
            .mapToObj(i -> new TarArchiveEntry("n".repeat(90) + i))
            .toArray(TarArchiveEntry[]::new);

    assertThatThrownBy(() -> take(hostile(many)))
        .isInstanceOf(OversizedException.class)
        .hasMessageContaining("too many files");
  }

  @Test
  void foldersThatAreTooDeepGoNeitherWay() throws Exception {
    String deep = "d/".repeat(21);

    assertThatThrownBy(() -> take(hostile(new TarArchiveEntry(deep))))
        .isInstanceOf(OversizedException.class)
        .hasMessageContaining("20 folders deep");
    write(deep + "file", "");
    assertThatThrownBy(this::send)
        .isInstanceOf(OversizedException.class)
        .hasMessageContaining("20 folders deep");
  }

  @Test
  void whatIsNeitherFileNorFolderNorLinkStaysBehind() throws Exception {
    run(new byte[0], "mkfifo", workspace.resolve("pipe").toString());

    send();

    assertThat(inPod("kept.txt")).exists();
    assertThat(inPod("pipe")).doesNotExist();
  }

  private void pack(WorkspaceBounds bounds) throws Exception {
    pack(List.of(), bounds, OutputStream.nullOutputStream());
  }

  @Test
  void ofErrorsOnlyTheFirstAreKept() throws Exception {
    var errors = new PodStreams.Errors();
    for (int i = 0; i < 100; i++) {
      errors.write(new byte[1000]);
      errors.write('x');
    }

    assertThat(errors.size()).isEqualTo(PodStreams.Errors.MOST);
  }

  @Test
  void whatComesTwiceIsRefusedAndNothingOutsideIsOpened() throws Exception {
    Path outside = Files.writeString(folder.resolve("outside"), "closed");
    Files.setAttribute(outside, "unix:mode", 0600);
    var file = new TarArchiveEntry("a");
    file.setMode(0777);
    var same = new TarArchiveEntry("b", TarConstants.LF_LINK);
    same.setLinkName("a");
    var link = new TarArchiveEntry("./a", TarConstants.LF_SYMLINK);
    link.setLinkName(outside.toString());

    assertThatThrownBy(() -> take(hostile(file, same, link))).hasMessageContaining("twice");

    assertThat((Integer) Files.getAttribute(outside, "unix:mode") & 0777).isEqualTo(0600);
  }

  @Test
  void theCommandDoesNotBeginWithAPartOfTheWorkspace() throws Exception {
    byte[] all = packed();
    int cut = new String(all, StandardCharsets.ISO_8859_1).indexOf(WorkspaceArchive.INDEX);

    assertThat(receive(WITHOUT_GZIP, Arrays.copyOf(all, cut), all.length)).isNotZero();
    assertThat(receive(WITHOUT_GZIP, all, all.length)).isZero();
  }

  @Test
  void whatComesCompressedIsUncompressedWhereThePodCan() throws Exception {
    var compressed = new ByteArrayOutputStream();
    try (OutputStream output = PodStreams.compressing(compressed)) {
      output.write(packed());
    }
    byte[] all = compressed.toByteArray();

    assertThat(receive(WITH_GZIP, Arrays.copyOf(all, all.length / 2), all.length)).isNotZero();
    assertThat(receive(WITH_GZIP, all, all.length)).isZero();
    assertThat(inPod("kept.txt")).hasContent("kept");
  }

  @Test
  void aPodWithoutGzipHandsItsFilesOutAsTheyAre() throws Exception {
    send();
    shell("echo new > changed.txt");

    take(PodStreams.uncompressed(new ByteArrayInputStream(stream(WITHOUT_GZIP))).readAllBytes());

    assertThat(workspace.resolve("changed.txt")).hasContent("new");
  }

  @Test
  void aPodWhoseTarFailsBehindThePipeFails() throws Exception {
    send();
    Path programs = Files.createDirectory(folder.resolve("programs"));
    Path tar = Files.writeString(programs.resolve("tar"), "#!/bin/sh\nexit 2\n");
    Files.setAttribute(tar, "unix:mode", 0755);

    Process process = sending("PATH=" + programs + ":$PATH; ").start();

    process.getInputStream().transferTo(OutputStream.nullOutputStream());
    assertThat(process.waitFor()).isEqualTo(2);
  }

  @Test
  void aPodThatDoesNotSayHowItPacksIsRefused() {
    for (String stream : List.of("", "gzi", "compressed\n")) {
      assertThatThrownBy(() ->
              PodStreams.uncompressed(
                  new ByteArrayInputStream(stream.getBytes(StandardCharsets.UTF_8))))
          .as(stream)
          .hasMessageContaining("does not say how it packs");
    }
  }

  private String pack(List<Path> readOnly, WorkspaceBounds bounds, OutputStream archive)
      throws Exception {
    return WorkspaceArchive.pack(
        workspace, readOnly, bounds, archive, folder.resolve("index"), new ReentrantLock());
  }

  private byte[] packed() throws Exception {
    var archive = new ByteArrayOutputStream();
    pack(List.of(), BOUNDS, archive);
    return archive.toByteArray();
  }

  /** The pod's side, with somebody at the other end of the pipe. */
  private int receive(String before, byte[] archive, int announced) throws Exception {
    String script =
        "mkdir -p \"$0\"; [ -p \"$0/begin\" ] || mkfifo \"$0/begin\"; exec 3<>\"$0/begin\"; "
            + before
            + PodStreams.RECEIVE;
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                script,
                pod.resolve(StepNames.CONTROL.substring(1)).toString(),
                pod.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var stdin = process.getOutputStream()) {
      stdin.write((announced + "\n").getBytes(StandardCharsets.UTF_8));
      stdin.write(archive);
    }
    return process.waitFor();
  }

  @Test
  void foldersOfTheMirrorAreSentUnderTheirOwnPath() throws Exception {
    Path mirror = Files.createDirectories(folder.resolve("mirror"));
    Files.writeString(mirror.resolve("pack"), "objects");
    var archive = new ByteArrayOutputStream();

    pack(List.of(mirror), BOUNDS, archive);
    run(archive.toByteArray(), "tar", "-xpf", "-", "-C", pod.toString());

    assertThat(pod.resolve(mirror.resolve("pack").toString().substring(1))).hasContent("objects");
  }

  private void write(String name, String content) throws IOException {
    Path file = workspace.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private Path inPod(String name) {
    return pod.resolve("workspace").resolve(name);
  }

  /** Gives the SHA-256 of the index. */
  private String send() throws Exception {
    var archive = new ByteArrayOutputStream();
    String index = pack(List.of(), BOUNDS, archive);
    run(archive.toByteArray(), "tar", "-xpf", "-", "-C", pod.toString());
    return index;
  }

  private void shell(String script) throws Exception {
    run(new byte[0], "sh", "-e", "-c", "cd " + pod.resolve("workspace") + "; " + script);
  }

  private byte[] stream() throws Exception {
    return PodStreams.uncompressed(new ByteArrayInputStream(stream(WITH_GZIP))).readAllBytes();
  }

  private byte[] stream(String before) throws Exception {
    Process process = sending(before).start();
    byte[] output = process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).isZero();
    return output;
  }

  private ProcessBuilder sending(String before) {
    return new ProcessBuilder(
            "sh",
            "-c",
            before + PodStreams.SEND,
            pod.resolve(StepNames.CONTROL.substring(1)).toString(),
            pod.resolve("workspace").toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  private void take() throws Exception {
    take(stream());
  }

  private void take(byte[] stream) throws IOException, InterruptedException {
    take(stream, new ReentrantLock(), new ReentrantLock());
  }

  private void take(byte[] stream, Lock one, Lock alone) throws IOException, InterruptedException {
    take(stream, indexOf(stream), one, alone);
  }

  private void take(byte[] stream, Set<String> sent, Lock one, Lock alone)
      throws IOException, InterruptedException {
    TakenBack.take(
        workspace,
        folder.resolve("aside"),
        new ByteArrayInputStream(stream),
        sent,
        BOUNDS,
        disk,
        one,
        alone);
  }

  /** The SHA-256 of a stream's index, as if that had been sent; none where there is no index. */
  private static Set<String> indexOf(byte[] stream) {
    String[] parts = new String(stream, StandardCharsets.ISO_8859_1).split("\n", 2);
    if (parts.length < 2 || !parts[0].strip().matches("[0-9]{1,9}")) {
      return Set.of();
    }
    int length = Math.min(Integer.parseInt(parts[0].strip()), parts[1].length());
    byte[] index = parts[1].substring(0, length).getBytes(StandardCharsets.ISO_8859_1);
    return Set.of(Hashing.sha256().hashBytes(index).toString());
  }

  /** Does something when it is taken and when it is given back. */
  private static final class Marked extends ReentrantLock {
    private static final long serialVersionUID = 1L;
    private final transient Executable taken;
    private final transient Executable back;

    Marked(Executable taken, Executable back) {
      this.taken = taken;
      this.back = back;
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
      super.lockInterruptibly();
      assertThatCode(taken::execute).doesNotThrowAnyException();
    }

    @Override
    public void unlock() {
      assertThatCode(back::execute).doesNotThrowAnyException();
      super.unlock();
    }
  }

  /** What a pod that means harm may send. */
  private static byte[] hostile(TarArchiveEntry... entries) throws IOException {
    var stream = new ByteArrayOutputStream();
    stream.write("2\n{}".getBytes(StandardCharsets.UTF_8));
    var tar = new TarArchiveOutputStream(stream);
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    for (TarArchiveEntry entry : entries) {
      tar.putArchiveEntry(entry);
      tar.closeArchiveEntry();
    }
    tar.finish();
    return stream.toByteArray();
  }

  private static byte[] run(byte[] input, String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (var stdin = process.getOutputStream()) {
      stdin.write(input);
    }
    byte[] output = process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).isZero();
    return output;
  }
}
