namespace PeftSharp.Tokenization;

/// <summary>
/// The variables of a template, loop, macro or block. The rules are the same as in Jinja. A loop that assigns an outer variable changes
/// only a copy of it. A variable that is assigned anywhere in a scope hides the caller's variable with the same name in the whole scope.
/// </summary>
internal sealed class JinjaScope
{
    private readonly List<(JinjaVariableUse Use, string Name)> _uses = [];
    private readonly List<JinjaScope> _children = [];
    private readonly JinjaScope? _parent;
    private string[] _names = [];
    private (JinjaLoad Load, int Levels, int Slot)[] _loads = [];
    private Dictionary<string, int> _slots = [];

    internal JinjaScope(JinjaScope? parent)
    {
        _parent = parent;
        parent?._children.Add(this);
    }

    internal void Record(JinjaVariableUse use, string name = "") => _uses.Add((use, name));

    /// <summary>Records parameters that were found after the body, such as <c>caller</c>.</summary>
    internal void RecordFirst(JinjaVariableUse use, string name) => _uses.Insert(0, (use, name));

    /// <summary>
    /// Determines the source of the value of each variable in this scope and in nested scopes. Called once, after parsing.
    /// </summary>
    internal void Analyze()
    {
        var at = 0;
        var symbols = Replay(new JinjaSymbols(), ref at);
        _names = [.. symbols.Loads.Keys];
        _slots = _names.Index().ToDictionary(name => name.Item, name => name.Index, StringComparer.Ordinal);
        _loads = [.. _names.Select(name => symbols.Loads[name] is var load && load == JinjaLoad.Outer && _parent!.Find(name) is { } outer
            ? (load, outer.Levels, outer.Slot)
            : (load, 0, 0))];
        foreach (var child in _children)
            child.Analyze();
    }

    /// <summary>
    /// Returns the number of levels between this scope and the scope of a variable, and the slot in that scope; null if no scope has the
    /// variable.
    /// </summary>
    internal (int Levels, int Slot)? Find(string name)
    {
        var levels = 0;
        for (var scope = this; scope is not null; scope = scope._parent, levels++)
            if (scope._slots.TryGetValue(name, out var slot))
                return (levels, slot);
        return null;
    }

    /// <summary>Creates the variables with their first values.</summary>
    internal JinjaFrame Enter(JinjaRun run, JinjaFrame? parent)
    {
        var frame = new JinjaFrame(run, parent, _names.Length);
        for (var i = 0; i < _loads.Length; i++)
            frame.Slots[i] = _loads[i].Load switch
            {
                JinjaLoad.Caller => run.Resolve(_names[i]),
                JinjaLoad.Outer => parent!.Ancestor(_loads[i].Levels).Slots[_loads[i].Slot],
                _ => JinjaFrame.Missing,
            };
        return frame;
    }

    private JinjaSymbols Replay(JinjaSymbols symbols, ref int at)
    {
        while (at < _uses.Count)
        {
            var (use, name) = _uses[at];
            if (use is JinjaVariableUse.NextBranch or JinjaVariableUse.EndBranches)
                return symbols;
            at++;
            switch (use)
            {
                case JinjaVariableUse.Load:
                    if (!symbols.Loads.ContainsKey(name) && _parent?.Find(name) is null)
                        symbols.Loads[name] = JinjaLoad.Caller;
                    break;
                case JinjaVariableUse.Parameter:
                    symbols.Stores.Add(name);
                    symbols.Loads[name] = JinjaLoad.None;
                    break;
                case JinjaVariableUse.Store:
                    symbols.Stores.Add(name);
                    if (!symbols.Loads.ContainsKey(name))
                        symbols.Loads[name] = _parent?.Find(name) is null ? JinjaLoad.None : JinjaLoad.Outer;
                    break;
                default:
                    ReplayBranches(symbols, ref at);
                    break;
            }
        }
        return symbols;
    }

    private void ReplayBranches(JinjaSymbols symbols, ref int at)
    {
        var branches = new List<JinjaSymbols>();
        bool more;
        do
        {
            branches.Add(Replay(symbols.Copy(), ref at));
            more = _uses[at++].Use == JinjaVariableUse.NextBranch;
        }
        while (more);
        var assigned = branches.SelectMany(branch => branch.Stores).Except(symbols.Stores).ToHashSet();
        foreach (var branch in branches)
        {
            foreach (var (name, load) in branch.Loads)
                symbols.Loads[name] = load;
            symbols.Stores.UnionWith(branch.Stores);
        }
        // A variable that only some branches assign keeps its earlier value in the other branches.
        foreach (var name in assigned)
            symbols.Loads[name] = _parent?.Find(name) is null ? JinjaLoad.Caller : JinjaLoad.Outer;
    }
}
