namespace PeftSharp.Tokenization;

/// <summary>Executes a loop.</summary>
/// <param name="position">The position of the tag.</param>
/// <param name="loop">The variable <c>loop</c>.</param>
/// <param name="scope">The scope of an iteration.</param>
/// <param name="assign">Assigns the element to the loop variables.</param>
/// <param name="body">The statements of an iteration.</param>
/// <param name="testScope">The scope of the condition.</param>
/// <param name="assignTest">Assigns the element to the loop variables in the scope of the condition.</param>
/// <param name="test">The condition for an element; null: all elements.</param>
/// <param name="otherwiseScope">The scope of the branch <c>else</c>.</param>
/// <param name="otherwise">The branch for a loop without iterations; null: none.</param>
internal sealed class JinjaForLoop(
    int position, JinjaName loop, JinjaScope scope, Action<JinjaFrame, object?> assign, JinjaStatement body, JinjaScope testScope,
    Action<JinjaFrame, object?> assignTest, JinjaExpression? test, JinjaScope otherwiseScope, JinjaStatement? otherwise)
{
    /// <summary>Executes the loop and returns its text, for a recursive loop.</summary>
    internal string Render(JinjaFrame frame, object? iterable, int depth)
    {
        frame.Run.BeginCapture();
        Run(frame, iterable, depth, (inner, innerDepth) => Render(frame, inner, innerDepth));
        return frame.Run.EndCapture();
    }

    internal JinjaFlow Run(JinjaFrame frame, object? iterable, int depth, Func<object?, int, string>? recurse)
    {
        var run = frame.Run;
        run.At(position);
        var items = JinjaTypes.Iterate(iterable);
        var current = new JinjaLoop(
            test is null ? iterable : JinjaFrame.Missing, test is null ? items : Filter(frame, items), depth, recurse);
        var completed = false;
        while (current.MoveNext(out var item))
        {
            run.At(position);
            var inner = scope.Enter(run, frame);
            loop.Set(inner, current);
            assign(inner, item);
            var flow = body(inner);
            if (flow == JinjaFlow.Break)
                break;
            completed |= flow == JinjaFlow.Next;
        }
        // As in Jinja, 'else' is executed unless an iteration reached its end, without 'break' or 'continue'.
        return completed || otherwise is null ? JinjaFlow.Next : otherwise(otherwiseScope.Enter(run, frame));
    }

    private IEnumerable<object?> Filter(JinjaFrame frame, IEnumerable<object?> items)
    {
        var inner = testScope.Enter(frame.Run, frame);
        foreach (var item in items)
        {
            frame.Run.At(position);
            assignTest(inner, item);
            if (JinjaTypes.Truth(test!(inner)))
                yield return item;
        }
    }
}
