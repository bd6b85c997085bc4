# Runs the NUKE build in build/. Where the package feeds do not carry Nuke.Common, says so in one line and runs the same
# targets without it: Compile, Test, Pack, Publish and Demo by dotnet itself, all others by registry-cleaner. No parameters are
# declared here, so that every word goes to the build as it was written.
$ErrorActionPreference = 'Stop'

$root = $PSScriptRoot
$temp = Join-Path $root '.nuke/temp'
$tool = Join-Path $root 'artifacts/bin/RegistryCleaner.Cli/release/registry-cleaner.dll'
$nuke = Join-Path $root 'build/bin/Debug/_build.dll'
$packages = Join-Path $root 'artifacts/packages'
$buildProject = Join-Path $root 'build/_build.csproj'
$solution = Join-Path $root 'RegistryCleaner.sln'
$words = @($args)
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_NOLOGO = '1'
$env:NUKE_TELEMETRY_OPTOUT = '1'

function Fail([string] $message) {
    [Console]::Error.WriteLine("build.ps1: $message")
    exit 2
}

# Whether a file is there and nothing that it is made from is newer. A file that was deleted makes its directory newer.
function Test-Current([string] $file) {
    if (-not (Test-Path $file)) { return $false }
    $made = (Get-Item $file).LastWriteTimeUtc
    $sources = Get-ChildItem (Join-Path $root 'src'), (Join-Path $root 'build') -Recurse |
        Where-Object { $_.FullName -notmatch '[\\/](bin|obj)([\\/]|$)' }
    $sources = @($sources) + @(Get-ChildItem $root -Filter 'Directory.*.props') + @(Get-Item (Join-Path $root 'global.json'))
    return -not ($sources | Where-Object { $_.LastWriteTimeUtc -gt $made } | Select-Object -First 1)
}

# Compiles quietly: what a build prints is of interest only when it fails.
function Build([string[]] $arguments, [string] $made) {
    $output = & dotnet build @arguments 2>&1
    if ($LASTEXITCODE -ne 0) {
        $output | ForEach-Object { [Console]::Error.WriteLine($_) }
        Fail 'the build failed'
    }
    (Get-Item $made).LastWriteTimeUtc = [DateTime]::UtcNow
}

# A feed that lacks the package is asked again after a day, or when what is asked for has changed.
function Test-LacksNuke {
    $marker = Join-Path $temp 'no-nuke'
    if (Test-Path $marker) {
        $asked = (Get-Item $marker).LastWriteTimeUtc
        $newer = @((Join-Path $root 'Directory.Packages.props'), $buildProject) |
            Where-Object { (Get-Item $_).LastWriteTimeUtc -gt $asked }
        if (-not $newer -and $asked -gt [DateTime]::UtcNow.AddDays(-1)) { return $true }
    }
    $log = Join-Path $temp 'restore.log'
    & dotnet restore $buildProject *> $log
    if ($LASTEXITCODE -eq 0) { return $false }
    # No answer is not a "no": only the feed's own word is kept.
    if (Select-String -Path $log -Pattern 'NU110[12].*Nuke\.' -Quiet) { Set-Content $marker '' }
    return $true
}

# What an earlier version left there would be published with this one's.
function Invoke-Pack {
    if (Test-Path $packages) { Remove-Item $packages -Recurse }
    & dotnet pack $solution -c Release -o $packages -p:ContinuousIntegrationBuild=true
    [Console]::Error.WriteLine('build.ps1: RegistryCleaner.Nuke is packed only where Nuke.Common restores')
}

# Packs first: what is published is what is here. Never without a key, and nowhere but where it is told to.
function Publish-Packages {
    if (-not $env:NUGET_API_KEY -or -not $env:NUGET_SOURCE) { Fail 'Publish needs NUGET_API_KEY and NUGET_SOURCE in the environment; nothing was published' }
    Invoke-Pack
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
    & dotnet nuget push (Join-Path $packages '*.nupkg') --api-key $env:NUGET_API_KEY --source $env:NUGET_SOURCE --skip-duplicate
}

function Invoke-DotnetTargets([string[]] $targets, [string[]] $rest) {
    $configuration = 'Debug'
    for ($i = 0; $i -lt $rest.Count; $i++) {
        if ($rest[$i] -eq '--configuration' -and $i + 1 -lt $rest.Count) { $configuration = $rest[++$i] }
        elseif ($rest[$i] -ne '--no-logo') { Fail "'$($rest[$i])' is not understood behind $($targets -join ' '); nothing was done" }
    }
    foreach ($target in $targets) {
        switch ($target) {
            'compile' { & dotnet build $solution -c $configuration }
            'test' { & dotnet test $solution -c $configuration }
            'pack' { Invoke-Pack }
            'publish' { Publish-Packages }
            'demo' { & dotnet run --project (Join-Path $root 'samples/Demo') -c $configuration }
        }
        if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
    }
    exit 0
}

if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
    Fail 'there is no dotnet command: install the .NET SDK that global.json names (nothing is downloaded here)'
}
New-Item -ItemType Directory -Force $temp | Out-Null

if (-not (Test-Current $nuke)) {
    if (Test-LacksNuke) {
        [Console]::Error.WriteLine("build.ps1: Nuke.Common does not restore from this machine's package feeds; the same targets run without it (see .nuke/temp/restore.log)")
        $targets = @()
        foreach ($word in $words) {
            if ($word -notmatch '^(compile|test|pack|publish|demo)$') { break }
            $targets += $word.ToLowerInvariant()
        }
        if ($targets.Count -gt 0) { Invoke-DotnetTargets $targets @($words | Select-Object -Skip $targets.Count) }
        if (-not (Test-Current $tool)) { Build @((Join-Path $root 'src/RegistryCleaner.Cli'), '-c', 'Release') $tool }
        & dotnet $tool @words
        exit $LASTEXITCODE
    }
    Build @($buildProject, '--no-restore') $nuke
}
& dotnet $nuke @words
exit $LASTEXITCODE
