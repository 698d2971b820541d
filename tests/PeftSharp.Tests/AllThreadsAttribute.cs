using System.Reflection;
using PeftSharp.Native;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace PeftSharp.Tests;

/// <summary>Runs the tests of a class on two or more threads of libtorch. Other tests run on one (<c>test.runsettings</c>).</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class AllThreadsAttribute : BeforeAfterTestAttribute
{
    private int _before;

    public override void Before(MethodInfo methodUnderTest)
    {
        NativeBackend.Load();                        // before any other use of TorchSharp
        _before = get_num_threads();
        set_num_threads(Math.Max(2, Environment.ProcessorCount));
    }

    public override void After(MethodInfo methodUnderTest) => set_num_threads(_before);
}
