using Forewave.Architecture.Tests.Reading;
using Forewave.Architecture.Tests.Rules;

namespace Forewave.Architecture.Tests;

public class BlockingTests
{
    [Fact]
    public void Nothing_blocks_on_a_task() =>
        Offence.AssertNone("Async all the way:", Repository.SourcesUnder("src", "samples").SelectMany(BlockingRule.Check));

    [Fact]
    public void Rule_finds_blocking_waits_sleep_and_async_void()
    {
        const string text = """
            class A
            {
                private readonly SemaphoreSlim _wake = new(0);

                async void M(Task<int> task)
                {
                    int result = task.Result;
                    task.Wait();
                    Task.WaitAll(task);
                    System.Threading.Thread.Sleep(1);
                    _wake.Wait();
                    this._wake.Wait();
                    Monitor.Wait(task);
                    Results.Result();
                }
            }
            """;

        Offence.AssertFound(BlockingRule.Check(SourceFile.Parse("src/P/A.cs", text)),
            "task.Result",
            "task.Wait()",
            "Task.WaitAll()",
            "Thread.Sleep",
            "async void M");
    }
}
