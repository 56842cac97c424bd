using Forewave.Architecture.Tests.Reading;
using Forewave.Architecture.Tests.Rules;

namespace Forewave.Architecture.Tests;

public class LogEventTests
{
    [Fact]
    public void Event_ids_are_unique_and_in_the_range_of_their_project()
    {
        Assert.True(LogEventRule.RangesAreDisjoint());
        Offence.AssertNone("A log message has an event id of its own, from its project's range:", LogEventRule.Check(Repository.SourcesUnder("src")));
    }

    [Fact]
    public void Rule_finds_missing_foreign_and_repeated_ids()
    {
        const string server = """
            class A
            {
                [LoggerMessage(5001, LogLevel.Warning, "a")] partial void First();
                [LoggerMessage(EventId = 5001, Level = LogLevel.Warning, Message = "b")] partial void Second();
                [LoggerMessage(Level = LogLevel.Warning, Message = "c")] partial void Third();
                [LoggerMessage(LogLevel.Warning, "d")] partial void Fourth();
            }
            """;
        const string broker = """class B { [LoggerMessage(5002, LogLevel.Warning, "a")] partial void Fifth(); }""";

        SourceFile[] sources = [SourceFile.Parse("src/Forewave.Server/A.cs", server), SourceFile.Parse("src/Forewave.Broker/B.cs", broker)];

        Offence.AssertFound(LogEventRule.Check(sources),
            "Second has event id 5001 of First",
            "Third has no literal event id",
            "Fourth has no literal event id",
            "Fifth has event id 5002, outside 4000-4999 of Forewave.Broker");
    }
}
