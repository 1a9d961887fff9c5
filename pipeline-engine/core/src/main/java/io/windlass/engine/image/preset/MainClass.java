package io.windlass.engine.image.preset;

import static io.windlass.engine.image.ImageException.badPlan;

import io.windlass.engine.image.ImageException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds the class that starts a program: the one that the settings name, else the one that a
 * manifest names, else the only one with a {@code public static void main(String[])}.
 */
final class MainClass {

  private static final Pattern NAME =
      Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$]*(?:\\.[\\p{L}_$][\\p{L}\\p{N}_$]*)*");

  /** Larger class files are not looked into: they are generated tables, not somebody's main. */
  private static final long CLASS_BYTES = 1 << 20;

  private static final int MANIFEST_BYTES = 1 << 20;

  private MainClass() {}

  static String find(
      Optional<String> named, List<Workspace.Found> compiled, List<Workspace.Found> packaged)
      throws ImageException {
    if (named.isPresent()) {
      return checked(named.get());
    }
    Set<String> classes =
        compiled.stream().map(MainClass::className).collect(Collectors.toUnmodifiableSet());
    for (Workspace.Found file : compiled) {
      if (file.name().equals("META-INF/MANIFEST.MF") && file.bytes() <= MANIFEST_BYTES) {
        Optional<String> main = ofManifest(file.source()).filter(classes::contains);
        if (main.isPresent()) {
          return checked(main.get());
        }
      }
    }
    for (Workspace.Found jar : packaged) {
      Optional<String> main = ofJar(jar.source(), classes);
      if (main.isPresent()) {
        return checked(main.get());
      }
    }
    return only(scan(compiled));
  }

  private static String only(List<String> mains) throws ImageException {
    if (mains.size() == 1) {
      return checked(mains.getFirst());
    }
    String tried = "find the class that starts the program";
    throw mains.isEmpty()
        ? badPlan(
            tried,
            "no class has a public static void main(String[])",
            "compile before the image is built, or set main-class")
        : badPlan(
            tried,
            "these have a main: " + String.join(", ", mains.subList(0, Math.min(8, mains.size()))),
            "set main-class to one of them");
  }

  private static String checked(String name) throws ImageException {
    if (!NAME.matcher(name).matches()) {
      throw badPlan(
          "start the class \"" + name + "\"",
          "that is not the name of a class",
          "write it as com.example.Main");
    }
    return name;
  }

  private static String className(Workspace.Found file) {
    String name = file.name();
    return name.endsWith(".class")
        ? name.substring(0, name.length() - ".class".length()).replace('/', '.')
        : "";
  }

  private static Optional<String> ofManifest(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return main(new Manifest(in));
    } catch (IOException e) {
      return Optional.empty(); // not a manifest: the scan decides
    }
  }

  /** With no compiled classes beside it, what the jar says is all there is to know. */
  private static Optional<String> ofJar(Path file, Set<String> classes) {
    try (JarFile jar = new JarFile(file.toFile())) {
      JarEntry entry = jar.getJarEntry(JarFile.MANIFEST_NAME);
      if (entry == null) {
        return Optional.empty();
      }
      Manifest manifest;
      try (InputStream in = jar.getInputStream(entry)) {
        // What it says of its own size may be a lie.
        manifest = new Manifest(new ByteArrayInputStream(in.readNBytes(MANIFEST_BYTES)));
      }
      return classes.isEmpty()
          ? Optional.ofNullable(manifest.getMainAttributes().getValue(Attributes.Name.MAIN_CLASS))
          : main(manifest).filter(classes::contains);
    } catch (IOException e) {
      return Optional.empty(); // not a jar: the scan decides
    }
  }

  /** Spring Boot's launcher is the main class of its jar; the program's is beside it. */
  private static Optional<String> main(Manifest manifest) {
    Attributes attributes = manifest.getMainAttributes();
    return Optional.ofNullable(attributes.getValue("Start-Class"))
        .or(() -> Optional.ofNullable(attributes.getValue(Attributes.Name.MAIN_CLASS)));
  }

  private static List<String> scan(List<Workspace.Found> compiled) throws ImageException {
    List<String> mains = new ArrayList<>();
    for (Workspace.Found file : compiled) {
      if (file.name().endsWith(".class") && file.bytes() <= CLASS_BYTES) {
        mainOf(file).ifPresent(mains::add);
      }
    }
    return mains;
  }

  private static Optional<String> mainOf(Workspace.Found file) throws ImageException {
    byte[] content;
    try {
      content = Files.readAllBytes(file.source());
    } catch (IOException e) {
      throw ImageException.of("read the class \"" + file.name() + "\"", file.source(), e);
    }
    try {
      ClassModel model = ClassFile.of().parse(content);
      boolean starts =
          model.methods().stream()
              .anyMatch(method ->
                  method.methodName().equalsString("main")
                      && method.methodType().equalsString("([Ljava/lang/String;)V")
                      && (method.flags().flagsMask() & PUBLIC_STATIC) == PUBLIC_STATIC);
      return starts
          ? Optional.of(model.thisClass().asInternalName().replace('/', '.'))
          : Optional.empty();
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return Optional.empty(); // no class file, whatever its name says
    }
  }

  private static final int PUBLIC_STATIC = ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC;
}
