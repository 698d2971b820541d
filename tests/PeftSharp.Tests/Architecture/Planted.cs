// Types that violate the rule of the layers in each way in which code can refer to a type; the test must find all of them. They are part of
// the tests, not of the library, and in one file because they are one test case.
#pragma warning disable CA1812, CA1852, CA1823, CS0169, IDE0051, IDE0052

using PeftSharp.Training;

namespace PeftSharp.Training
{
    internal class PlantedUpper { internal static int Number() => 1; }
    [AttributeUsage(AttributeTargets.Class)] internal sealed class PlantedAttribute : Attribute;
    internal interface IPlantedUpper;
}

namespace PeftSharp.Models.Oak { internal static class PlantedOak { internal static int Leaves() => 3; } }

namespace PeftSharp.Models.Elm
{
    internal static class PlantedElm { internal static int Leaves() => PeftSharp.Models.Oak.PlantedOak.Leaves(); }
}

namespace PeftSharp.Data
{
    internal sealed class PlantedBase : PlantedUpper;
    internal sealed class PlantedInterface : IPlantedUpper;
    internal sealed class PlantedField { private readonly PlantedUpper? _field; }
    internal sealed class PlantedGeneric { private readonly List<Dictionary<string, PlantedUpper[]>>? _field; }
    internal sealed class PlantedConstraint<T> where T : PlantedUpper;
    [Planted] internal sealed class PlantedAttributed;
    internal static class PlantedParameter { internal static void Take(PlantedUpper? _) { } }
    internal static class PlantedBody { internal static int Call() => PlantedUpper.Number(); }
    internal static class PlantedTypeOf { internal static string Name() => typeof(PlantedUpper).Name; }
    internal static class PlantedLambda { internal static Func<int, int> Make(int k) => x => x + k + PlantedUpper.Number(); }
    internal static class PlantedIterator { internal static IEnumerable<int> Run() { yield return PlantedUpper.Number(); } }
    internal static class PlantedAsync { internal static async Task<int> Run() { await Task.Yield(); return PlantedUpper.Number(); } }
    internal static class PlantedAfterSwitch
    {
        internal static int Pick(int k) => k switch { 0 => 5, 1 => 7, 2 => 6, 3 => 9, 4 => 8, _ => PlantedUpper.Number() };
    }
    internal static class PlantedAfterConstants
    {
        internal static double Sum(double x) => x * 1.5 + 3_000_000_000L + 1.5f * x + PlantedUpper.Number();
    }
    internal static class PlantedGenericCall { internal static PlantedUpper Make() => Activator.CreateInstance<PlantedUpper>(); }
    internal static class PlantedTensor { internal static long Count(TorchSharp.torch.Tensor x) => x.numel(); }
    internal static class PlantedNothing { internal static int Call(string text) => text.Length + new List<int> { 1 }.Count; }
}
