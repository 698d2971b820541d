using PeftSharp.Internal;

namespace PeftSharp.Hub;

/// <summary>A model card: the file <c>README.md</c> of a repository, with metadata for the Hub and a description in Markdown.</summary>
/// <param name="Data">The metadata.</param>
/// <param name="Text">The description, in Markdown.</param>
public sealed record ModelCard(ModelCardData Data, string Text)
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "README.md";

    /// <summary>The start of the comment that marks a generated card.</summary>
    private const string GeneratedMark = "<!-- This model card has been generated automatically";

    /// <summary>
    /// The comment in a generated card. A card with this comment may be replaced by a newer card, so a person who edits the card should
    /// remove the comment.
    /// </summary>
    public const string GeneratedComment = GeneratedMark + " according to the information the Trainer had access to. You\n"
        + "should probably proofread and complete it, then remove this comment. -->";

    /// <summary>Returns the content of the file.</summary>
    public override string ToString() => Data.ToYaml() is { Length: > 0 } yaml ? $"---\n{yaml}---\n\n{Text}" : Text;

    /// <summary>
    /// Writes the card, unless the folder contains a card without <see cref="GeneratedComment"/>: such a card was written or edited by a
    /// person.
    /// </summary>
    /// <param name="folder">The folder, which is created if it does not exist.</param>
    /// <param name="overwrite">Whether to replace any existing card. Default false.</param>
    /// <returns>True if the card was written; false if an existing card was kept.</returns>
    /// <exception cref="IOException">The folder cannot be written, or its card cannot be read.</exception>
    public bool Save(string folder, bool overwrite = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        FolderAccess.Create(folder);
        var path = Path.Combine(folder, FileName);
        if (!overwrite && File.Exists(path) && !IsGenerated(path)) return false;
        AtomicFile.WriteText(path, ToString());
        return true;
    }

    /// <summary>Returns whether a card has the comment of a generated card (<see cref="GeneratedComment"/>).</summary>
    /// <param name="path">The path of the file.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static bool IsGenerated(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try { return File.ReadAllText(path).Contains(GeneratedMark, StringComparison.Ordinal); }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException($"The model card '{path}' cannot be read ({error.Message}). Nothing was changed. "
                + "Correct its permissions, or remove the file.", error);
        }
    }
}
