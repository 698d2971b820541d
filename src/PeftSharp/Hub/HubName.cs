using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace PeftSharp.Hub;

/// <summary>The rules for names of repositories, revisions and files. They also protect the cache from paths outside its folder.</summary>
internal static partial class HubName
{
    private const string Characters = "\\:*?\"<>|";
    private const int MaxLength = 1024;
    private const int MaxShownLength = 200;
    private static readonly string[] _devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

    /// <summary>Whether a text is a name of a repository: <c>name</c> or <c>owner/name</c>, as <c>huggingface_hub</c> checks it.</summary>
    internal static bool IsRepository(string name) => Repository().IsMatch(name) && name.Split('/')[^1].Length <= 96
        && !name.Contains("--", StringComparison.Ordinal) && !name.Contains("..", StringComparison.Ordinal)
        && !name.EndsWith(".git", StringComparison.Ordinal);

    /// <summary>Whether a revision is the hash of a commit.</summary>
    internal static bool IsCommit(string revision) => Commit().IsMatch(revision);

    /// <summary>Whether a normalized ETag can be the name of a file.</summary>
    internal static bool IsETag(string etag) => ETag().IsMatch(etag);

    /// <exception cref="ArgumentException">The name is invalid.</exception>
    internal static void CheckRepository(string name, [CallerArgumentExpression(nameof(name))] string? parameter = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, parameter);
        if (!IsRepository(name))
            throw new ArgumentException($"'{name}' is not the name of a repository. A name has the form NAME or OWNER/NAME. Each part has "
                + "at most 96 characters, consists of letters, digits, '-', '_' and '.', and does not start or end with '-' or '.'. The "
                + "name does not contain '--' or '..', and does not end with '.git'. An example is google/flan-t5-base.", parameter);
    }

    /// <exception cref="ArgumentException">The name could be a path outside the folder of the repository on some system.</exception>
    internal static void CheckFile(string name, [CallerArgumentExpression(nameof(name))] string? parameter = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, parameter);
        if (Problem(name) is { } problem)
            throw new ArgumentException($"'{name}' is not allowed as the name of a file in a repository: {problem}.", parameter);
    }

    /// <exception cref="ArgumentException">The revision is invalid.</exception>
    internal static void CheckRevision(string revision)
    {
        ArgumentException.ThrowIfNullOrEmpty(revision);
        if (Problem(revision) is { } problem)
            throw new ArgumentException(
                $"'{revision}' is not a revision: {problem}. A revision is a branch, a tag or the hash of a commit.", nameof(revision));
    }

    /// <summary>Returns the names that cannot be stored, alone or together with the other names, and the reasons.</summary>
    internal static IEnumerable<(string Name, string Problem)> Problems(IReadOnlyCollection<string> names)
    {
        foreach (var name in names)
            if (Problem(name) is { } problem) yield return (name, problem);
        var all = names.ToHashSet(StringComparer.Ordinal);
        foreach (var name in names)
            for (var end = name.IndexOf('/'); end >= 0; end = name.IndexOf('/', end + 1))
                if (all.Contains(name[..end])) yield return (name, $"'{name[..end]}' is a file and a folder");
    }

    /// <summary>
    /// A name as it is shown in messages: long names are shortened, and control characters are replaced by their numbers.
    /// </summary>
    internal static string Show(string name, int maxLength = MaxShownLength) =>
        Printable(name.Length <= maxLength ? name : $"{name[..(maxLength / 2)]}…{name[^(maxLength / 2)..]}");

    /// <summary>Replaces control characters in a text of a server by their numbers, because a terminal would execute them.</summary>
    internal static string Printable(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? $"\\u{(int)c:X4}" : $"{c}")) : text;

    /// <summary>Returns why a relative path is unsafe on Linux, macOS or Windows. Null: the path is safe on all of them.</summary>
    internal static string? Problem(string path)
    {
        if (path.Length > MaxLength) return $"it has more than {MaxLength} characters";
        foreach (var part in path.Split('/'))
        {
            if (part.Length == 0) return "a part of the path is empty";
            if (part is "." or "..") return $"it contains '{part}'";
            foreach (var c in part.Where(IsForbidden)) return $"it contains the character U+{(int)c:X4}";
            if (HasUnpairedSurrogate(part)) return "it contains an unpaired surrogate, which is not a character";
            if (Encoding.UTF8.GetByteCount(part) > 255) return "a part of the path has more than 255 bytes in UTF-8";
            if (part[^1] is '.' or ' ') return "a part of the path ends with a dot or a space";
            if (IsDevice(part)) return $"'{part}' is a device on Windows";
        }
        return null;
    }

    /// <summary>Returns the path as a part of an address.</summary>
    internal static string Escape(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static bool HasUnpairedSurrogate(string part)
    {
        for (var i = 0; i < part.Length; i++)
            if (char.IsSurrogate(part[i]) && !(i + 1 < part.Length && char.IsSurrogatePair(part[i], part[++i]))) return true;
        return false;
    }

    private static bool IsForbidden(char c) => char.IsControl(c) || Characters.Contains(c);

    private static bool IsDevice(string part)
    {
        var name = part.Split('.')[0].TrimEnd().ToUpperInvariant();
        return _devices.Contains(name) || (name.Length == 4 && name[..3] is "COM" or "LPT" && (char.IsAsciiDigit(name[3])
            || name[3] is '¹' or '²' or '³'));
    }

    [GeneratedRegex(@"\A([A-Za-z0-9_]([\w\-.]{0,94}[A-Za-z0-9_])?/)?[A-Za-z0-9_]([\w\-.]{0,94}[A-Za-z0-9_])?\z", RegexOptions.ECMAScript)]
    private static partial Regex Repository();

    [GeneratedRegex(@"\A[0-9a-f]{40}\z")]
    private static partial Regex Commit();

    [GeneratedRegex(@"\A[0-9A-Za-z_\-][0-9A-Za-z_\-.]{0,199}\z")]
    private static partial Regex ETag();
}
