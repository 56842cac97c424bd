using Forewave.Architecture.Tests.Reading;
using Forewave.Architecture.Tests.Rules;

namespace Forewave.Architecture.Tests;

public class ProjectTests
{
    [Fact]
    public void Projects_refer_only_to_what_the_design_allows()
    {
        var projects = Repository.Paths.Where(path => path.StartsWith("src/", StringComparison.Ordinal) && path.EndsWith(".csproj", StringComparison.Ordinal));

        Offence.AssertNone("References point down the path of a message, packages have an owner:",
            projects.SelectMany(path => ProjectRule.Check(path, Repository.Read(path))));
    }

    [Fact]
    public void Rule_finds_reference_and_package_when_not_allowed()
    {
        const string xml = """
            <Project><ItemGroup>
              <ProjectReference Include="..\Forewave.Protocol\Forewave.Protocol.csproj" />
              <ProjectReference Include="../Forewave.Broker/Forewave.Broker.csproj" />
              <PackageReference Include="Dapper" />
              <FrameworkReference Include="Microsoft.AspNetCore.App" />
            </ItemGroup></Project>
            """;

        Offence.AssertFound(ProjectRule.Check("src/Forewave.Storage/Forewave.Storage.csproj", xml),
            "Forewave.Storage may not refer to Forewave.Broker",
            "Forewave.Storage may not use the package Dapper",
            "Forewave.Storage may not use the package Microsoft.AspNetCore.App");
        Offence.AssertFound(ProjectRule.Check("src/Forewave.Extra/Forewave.Extra.csproj", xml),
            "Forewave.Extra is not among the projects of docs/architecture.md");
    }
}
