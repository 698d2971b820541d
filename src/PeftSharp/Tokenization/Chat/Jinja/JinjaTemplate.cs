using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace PeftSharp.Tokenization;

/// <summary>A parsed chat template.</summary>
/// <remarks>
/// A template is a file of a model, so it is not trusted. It can read the variables that the caller passes, and call the functions,
/// filters, tests and methods of this interpreter. None of these changes a value or gives access to members of .NET. The computation, the
/// size of values and the nesting are limited.
/// </remarks>
internal sealed class JinjaTemplate
{
    private const int MaxLength = 1 << 22, MaxCached = 64;

    private static readonly ConcurrentDictionary<string, JinjaTemplate> _cache = new(StringComparer.Ordinal);

    private readonly JinjaSource _source;
    private readonly JinjaStatement _body;
    private readonly JinjaScope _scope;

    private JinjaTemplate(string text)
    {
        _source = new JinjaSource(text);
        if (text.Length > MaxLength || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw _source.Fail(ChatTemplateError.Limit, 0, $"A template can have at most {MaxLength} characters.");
        (_body, _scope, HasGeneration) = JinjaParser.Parse(_source);
    }

    /// <summary>Whether the template contains the tag <c>generation</c>.</summary>
    internal bool HasGeneration { get; }

    /// <summary>Returns the parsed template, from a cache if it was parsed before.</summary>
    /// <exception cref="ChatTemplateException">The template is malformed or uses something that is not supported.</exception>
    internal static JinjaTemplate Parse(string text)
    {
        if (_cache.TryGetValue(text, out var known))
            return known;
        if (_cache.Count >= MaxCached)
            _cache.Clear();
        return _cache.GetOrAdd(text, static text => new JinjaTemplate(text));
    }

    /// <summary>Renders the template.</summary>
    /// <param name="variables">The variables.</param>
    /// <param name="tracksGeneration">Whether to return the ranges that the tags <c>generation</c> enclose.</param>
    /// <param name="now">The time for <c>strftime_now</c>.</param>
    /// <exception cref="ChatTemplateException">The template failed or rejected the messages.</exception>
    internal (string Text, IReadOnlyList<(int Start, int End)> Generated) Render(
        IReadOnlyDictionary<string, object?> variables, bool tracksGeneration = false, DateTime? now = null)
    {
        var run = new JinjaRun(variables, tracksGeneration, now ?? DateTime.Now);
        try
        {
            run.Execute(_body, _scope);
        }
        catch (JinjaFault fault)
        {
            throw _source.Fail(fault.Error, run.Position, fault.Message);
        }
        return (run.Output.ToString(), run.Generated ?? []);
    }
}
