package io.windlass.engine.image.preset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.image.Base;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageException.Kind;
import io.windlass.engine.image.ImagePlan;
import io.windlass.engine.image.preset.ImageSettings.FileSet;
import io.windlass.engine.image.preset.ImageSettings.Preset;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PresetsTest {

  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({
    "target/classes, target/dependency",
    "target/classes, target/lib",
    "target/classes, lib",
    "build/classes/java/main, build/install/shop/lib",
    "build/classes/java/main, build/dependency",
    "build/classes, lib",
    "out/production/shop, libs",
    "out, lib"
  })
  void aJavaBuildIsFoundWhereverItsToolLeavesIt(String classes, String jars) throws Exception {
    program(classes + "/shop/Main.class", "shop.Main", true);
    write(classes + "/shop/page.html", "page");
    write(jars + "/a-1.0.jar", "jar");
    write(jars + "/b-1.0-SNAPSHOT.jar", "jar");

    ImagePlan plan = Presets.plan(ImageSettings.of(Preset.JAVA), temp);

    assertThat(plan.layers())
        .extracting(ImagePlan.Layer::name)
        .containsExactly("dependencies", "snapshot dependencies", "resources", "classes");
    assertThat(targets(plan))
        .containsExactly(
            "/app/libs/a-1.0.jar",
            "/app/libs/b-1.0-SNAPSHOT.jar",
            "/app/resources/shop/page.html",
            "/app/classes/shop/Main.class");
    assertThat(plan.entrypoint())
        .containsExactly("java", "-cp", "resources:classes:libs/*", "shop.Main");
    assertThat(plan.labels()).containsEntry(Base.LABEL, "host");
  }

  @Test
  void theManifestNamesTheMainClassWhereSeveralHaveOne() throws Exception {
    program("target/classes/shop/Main.class", "shop.Main", true);
    program("target/classes/shop/Tool.class", "shop.Tool", true);
    write(
        "target/classes/META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nMain-Class: shop.Tool\n\n");

    assertThat(Presets.plan(ImageSettings.of(Preset.JAVA), temp).entrypoint().getLast())
        .isEqualTo("shop.Tool");
  }

  @Test
  void severalMainClassesAreNamedAndTheSettingDecides() throws Exception {
    program("target/classes/shop/Main.class", "shop.Main", true);
    program("target/classes/shop/Tool.class", "shop.Tool", true);

    assertThatThrownBy(() -> Presets.plan(ImageSettings.of(Preset.JAVA), temp))
        .hasMessageContaining("shop.Main, shop.Tool")
        .hasMessageContaining("set main-class");
    assertThat(Presets.plan(java(Optional.of("shop.Tool"), List.of("-Xmx64m")), temp).entrypoint())
        .containsExactly("java", "-Xmx64m", "-cp", "classes", "shop.Tool");
  }

  @Test
  void aMainThatIsNotStaticIsNotOne() throws Exception {
    program("target/classes/shop/Main.class", "shop.Main", false);

    assertThatThrownBy(() -> Presets.plan(ImageSettings.of(Preset.JAVA), temp))
        .hasMessageContaining("no class has a public static void main");
  }

  @Test
  void aMainClassThatIsAFlagIsRefused() throws Exception {
    program("target/classes/shop/Main.class", "shop.Main", true);

    assertThatThrownBy(() -> Presets.plan(java(Optional.of("-version"), List.of()), temp))
        .hasMessageContaining("not the name of a class");
  }

  @Test
  void classFilesThatAreNoneAreNotLookedInto() throws Exception {
    program("target/classes/shop/Main.class", "shop.Main", true);
    write("target/classes/shop/Broken.class", "\u00ca\u00fe not a class");

    assertThat(Presets.plan(ImageSettings.of(Preset.JAVA), temp).entrypoint().getLast())
        .isEqualTo("shop.Main");
  }

  @Test
  void nothingCompiledSaysWhatToDo() {
    assertThatThrownBy(() -> Presets.plan(ImageSettings.of(Preset.JAVA), temp))
        .isInstanceOfSatisfying(
            ImageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.BAD_PLAN))
        .hasMessageContaining("no compiled classes")
        .hasMessageContaining("compile in a step before");
  }

  @Test
  void filesGoWhereTheSettingsSay() throws Exception {
    write("dist/index.html", "x");
    write("dist/js/app.js", "x");
    write("server", "x");
    assertThat(temp.resolve("server").toFile().setExecutable(true)).isTrue();

    ImagePlan plan =
        Presets.plan(
            files(
                new FileSet("dist", "public"),
                new FileSet("server", "bin/"),
                new FileSet("server", "/srv/run")),
            temp);

    assertThat(targets(plan))
        .containsExactly(
            "/app/public/index.html", "/app/public/js/app.js", "/app/bin/server", "/srv/run");
    assertThat(plan.layers().getLast().entries().getFirst().executable()).isTrue();
    assertThat(plan.layers().getFirst().entries().getFirst().executable()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc/hostname", "/etc", "../outside", "nowhere", "/dev/null"})
  void aLinkThatLeavesTheWorkspaceOrLeadsNowhereIsRefusedByName(String to) throws Exception {
    Path workspace = Files.createDirectories(temp.resolve("w/dist"));
    Files.writeString(temp.resolve("w/outside"), "in the workspace's root");
    Files.writeString(temp.resolve("outside"), "x");
    Files.createSymbolicLink(
        workspace.resolve("link"), Path.of(to.equals("../outside") ? "../../outside" : to));

    assertThatThrownBy(() -> Presets.plan(files(new FileSet("dist", "d")), temp.resolve("w")))
        .isInstanceOfSatisfying(
            ImageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.BAD_PLAN))
        .hasMessageContaining("\"dist/link\"");
  }

  @Test
  void aFileSetThatIsALinkOutOfTheWorkspaceIsRefused() throws Exception {
    Path workspace = Files.createDirectories(temp.resolve("w"));
    Files.createSymbolicLink(workspace.resolve("dist"), Path.of("/etc"));

    assertThatThrownBy(() -> Presets.plan(files(new FileSet("dist", "d")), workspace))
        .hasMessageContaining("\"dist\"")
        .hasMessageContaining("leads out of the workspace");
  }

  @Test
  void aLinkThatStaysInTheWorkspaceIsFollowed() throws Exception {
    write("shared/a", "x");
    write("dist/b", "x");
    Files.createSymbolicLink(temp.resolve("dist/more"), Path.of("../shared"));

    assertThat(targets(Presets.plan(files(new FileSet("dist", "d")), temp)))
        .containsExactly("/app/d/b", "/app/d/more/a");
  }

  @Test
  void linksThatMakeACircleAreRefused() throws Exception {
    write("dist/a", "x");
    Files.createSymbolicLink(temp.resolve("dist/again"), Path.of("."));

    assertThatThrownBy(() -> Presets.plan(files(new FileSet("dist", "d")), temp))
        .hasMessageContaining("links make a circle");
  }

  @Test
  void versionControlsOwnFilesStayOut() throws Exception {
    write(".git/config", "token");
    write("a", "x");

    assertThat(targets(Presets.plan(files(new FileSet(".", "d")), temp)))
        .containsExactly("/app/d/a");
  }

  @ParameterizedTest
  @CsvSource({"../x, d", "/etc/hostname, d", "a, ../d", "a, /d/../../e", "missing, d"})
  void aPlaceOutsideIsRefused(String from, String to) throws Exception {
    write("a", "x");

    assertThatThrownBy(() -> Presets.plan(files(new FileSet(from, to)), temp))
        .isInstanceOfSatisfying(
            ImageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.BAD_PLAN));
  }

  @Test
  void tooManyAndTooLargeAreRefused() throws Exception {
    write("dist/a", "x".repeat(100));
    write("dist/b", "x".repeat(100));
    ImageSettings settings = files(new FileSet("dist", "d"));

    assertThatThrownBy(() -> Presets.plan(settings, temp, new ScanLimits(100, 199, 9)))
        .hasMessageContaining("limit of 199 bytes");
    assertThatThrownBy(() -> Presets.plan(settings, temp, new ScanLimits(1, 1000, 9)))
        .hasMessageContaining("limit of 1");
  }

  @Test
  void twoFilesForOnePlaceAreRefused() throws Exception {
    write("a", "x");
    write("b", "x");

    assertThatThrownBy(
            () -> Presets.plan(files(new FileSet("a", "c"), new FileSet("b", "./c")), temp))
        .hasMessageContaining("two files go to \"/app/c\"");
  }

  private static List<String> targets(ImagePlan plan) {
    return plan.layers().stream()
        .flatMap(layer -> layer.entries().stream())
        .map(ImagePlan.Entry::target)
        .toList();
  }

  private void write(String name, String content) throws IOException {
    Path file = temp.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private void program(String file, String name, boolean isStatic) throws IOException {
    int flags = ClassFile.ACC_PUBLIC | (isStatic ? ClassFile.ACC_STATIC : 0);
    byte[] code =
        ClassFile.of()
            .build(
                ClassDesc.of(name),
                type ->
                    type.withMethodBody(
                        "main",
                        MethodTypeDesc.of(
                            ConstantDescs.CD_void, ConstantDescs.CD_String.arrayType()),
                        flags,
                        body -> body.return_()));
    Path path = temp.resolve(file);
    Files.createDirectories(path.getParent());
    Files.write(path, code);
  }

  private static ImageSettings files(FileSet... sets) {
    return settings(Preset.FILES, List.of(sets), List.of("./run"), Optional.empty(), List.of());
  }

  private static ImageSettings java(Optional<String> main, List<String> flags) {
    return settings(Preset.JAVA, List.of(), List.of(), main, flags);
  }

  private static ImageSettings settings(
      Preset preset,
      List<FileSet> files,
      List<String> entrypoint,
      Optional<String> main,
      List<String> flags) {
    return new ImageSettings(
        preset,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        files,
        entrypoint,
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        main,
        flags);
  }
}
