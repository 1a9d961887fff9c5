package io.windlass.engine.git;

import io.windlass.engine.source.Ref;
import java.util.Map;
import java.util.Optional;

/**
 * What a host says of a repository without giving anything of it.
 *
 * @param refs branches and tags with what they name; tags unpeeled, as pushes tell them
 * @param defaultBranch the branch that its HEAD stands for; empty where it says none
 */
public record RemoteHeads(Map<Ref, String> refs, Optional<Ref> defaultBranch) {}
