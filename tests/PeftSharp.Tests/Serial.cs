// Tests run one after another. libtorch's random stream belongs to the process, so a test that seeds it must not run beside one
// that draws from it; and each large operation already uses every core: two at once wait for each other and take longer than in turn.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
