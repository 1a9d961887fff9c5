package io.windlass.engine.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/** The {@code .git} of a workspace: a few small files, the objects stay where they are. */
final class GitDirectory {
  private static final String HEADS = "refs/heads/";

  private GitDirectory() {}

  static void make(MirrorRepository mirror, Path workspace, String commit) throws IOException {
    Path git = workspace.resolve(".git");
    Files.createDirectories(git.resolve("objects/info"));
    Files.createDirectories(git.resolve("refs"));
    Files.writeString(git.resolve("HEAD"), commit + "\n");
    Files.writeString(
        git.resolve("objects/info/alternates"),
        mirror.getObjectsDirectory().toPath().toAbsolutePath() + "\n");
    Files.writeString(git.resolve("packed-refs"), packedRefs(mirror));
    String url = mirror.url().map(CloneUrl::toString).orElse("");
    Files.writeString(
        git.resolve("config"),
        """
        [core]
        \trepositoryformatversion = 0
        \tfilemode = true
        \tbare = false
        \tsymlinks = true
        \tautocrlf = false
        [gc]
        \tauto = 0
        [remote "origin"]
        \turl = "%s"
        \tfetch = +refs/heads/*:refs/remotes/origin/*
        """
            .formatted(url.replace("\\", "\\\\").replace("\"", "\\\"")));
  }

  private static String packedRefs(MirrorRepository mirror) throws IOException {
    SortedMap<String, String> refs = new TreeMap<>();
    mirror
        .heads()
        .forEach((name, id) ->
            refs.put(
                name.startsWith(HEADS)
                    ? "refs/remotes/origin/" + name.substring(HEADS.length())
                    : name,
                id));
    StringBuilder text = new StringBuilder("# pack-refs with: sorted \n");
    refs.forEach((name, id) -> text.append(id).append(' ').append(name).append('\n'));
    return text.toString();
  }
}
