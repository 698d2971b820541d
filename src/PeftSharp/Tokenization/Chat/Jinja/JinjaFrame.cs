namespace PeftSharp.Tokenization;

/// <summary>The variables of a scope while it is executed.</summary>
internal sealed class JinjaFrame(JinjaRun run, JinjaFrame? parent, int count)
{
    /// <summary>The value of a variable or argument that is not set.</summary>
    internal static readonly object Missing = new();

    internal readonly object?[] Slots = new object?[count];

    internal JinjaRun Run => run;

    internal JinjaFrame Ancestor(int levels)
    {
        var frame = this;
        for (; levels > 0; levels--)
            frame = frame.Parent!;
        return frame;
    }

    private JinjaFrame? Parent => parent;
}
