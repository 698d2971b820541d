using Pages.Extensions;
using PeftSharp.Tests.Tuners;
using PeftSharp.Tuners;

namespace PeftSharp.Tests.Docs.Examples;

/// <summary>The method of docs/add-a-tuner.md passes the tests of all methods.</summary>
public sealed class OwnMethodTests : TunerTests<ParallelConfig>
{
    static OwnMethodTests() => PeftMethods.Register<ParallelConfig>();

    protected override ParallelConfig Config => new() { BottleneckSize = 3 };

    protected override bool CanMerge => false;
}
